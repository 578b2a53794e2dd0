"""Audio in, recap out. Knows no web, queue, database or settings: options are passed in."""
