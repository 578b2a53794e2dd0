"""Summaries written by a language model in Ollama."""
