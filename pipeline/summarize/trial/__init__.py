"""A short meeting by which a language model is tried."""
