"""What is kept of a recording: its options, recaps and their versions, the names of its speakers."""
