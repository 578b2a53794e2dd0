"""speakrs, without torch."""
