"""pyannote.audio."""
