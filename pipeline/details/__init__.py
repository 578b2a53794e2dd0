"""What is known of a meeting beside its recording: when, where, of what kind, with whom. Read from names and calendars."""
