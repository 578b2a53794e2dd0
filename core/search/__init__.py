"""Full-text search in titles, transcripts and recaps."""
