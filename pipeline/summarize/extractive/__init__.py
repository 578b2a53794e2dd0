"""Summaries made of quotes, without a language model."""
