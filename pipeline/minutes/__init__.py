"""The formal minutes of a meeting: made of its recap, and of what people fill in."""
