"""Who said each word: by the turns of diarization, corrected by each sentence's own voice."""
