"""Makes a test fail where speech is listened to again."""

from __future__ import annotations

import pytest

from pipeline.engines.faster_whisper.engine import WhisperRecognizer
from pipeline.engines.pyannote.engine import PyannoteDiarizer
from pipeline.steps import listen, prepare, speakers


def forbid_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on nothing may be decoded, recognised or diarized."""

    def refuse(name: str) -> object:
        return lambda *_args, **_kwargs: pytest.fail(f"{name} was called again")

    monkeypatch.setattr(prepare, "decode", refuse("decode"))
    for module, name in ((listen, "detect_voice_activity"), (listen, "transcribe"), (speakers, "assign_speakers")):
        monkeypatch.setattr(module, name, refuse(name))
    monkeypatch.setattr(PyannoteDiarizer, "diarize", refuse("diarize"))


def forbid_speech_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, and no speech model may be loaded."""
    forbid_listening(monkeypatch)
    for engine in (WhisperRecognizer, PyannoteDiarizer):
        monkeypatch.setattr(engine, "_load", lambda *_: pytest.fail("a speech model was loaded"))
