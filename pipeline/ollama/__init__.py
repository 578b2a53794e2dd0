"""Talking to Ollama: what is installed, importing models, and chat with deadlines."""
