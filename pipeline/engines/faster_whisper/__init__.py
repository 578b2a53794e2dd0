"""Whisper by faster-whisper."""
