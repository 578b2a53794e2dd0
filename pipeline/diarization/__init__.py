"""pyannote's diarization, made to fit long recordings: same speakers, less memory, a third of the embeddings' time."""
