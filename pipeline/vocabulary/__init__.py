"""The names and terms of a recording: parsed, given to the recognizer as hints, and put where they were misheard."""
