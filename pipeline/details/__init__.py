"""What is known of a meeting beside its recording: when, where, of what kind, with whom; and where it is read."""
