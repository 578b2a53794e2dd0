"""pyannote's diarization for long recordings: the same speakers with less memory and a third of the embedding time."""
