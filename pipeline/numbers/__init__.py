"""Numbers as people write them: found in what was said, and laid over it."""
