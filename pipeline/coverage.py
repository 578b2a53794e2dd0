"""How much of a recording its recap covers. All times are seconds from the start of the recording."""

from __future__ import annotations

from dataclasses import dataclass

NO_SPEECH = "no_speech"
"""The code of a stretch that sounds like speech to the detector, but in which nobody speaks."""
NOT_SUMMARIZED = "not_summarized"
"""The code of a stretch that is in the transcript but not in the summary."""


@dataclass(frozen=True, slots=True)
class FailedWindow:
    """A stretch not transcribed well, without speech (NO_SPEECH) or not summarized; `code` is the reason."""

    start: float
    end: float
    code: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the recording the recap covers."""

    audio_seconds: float
    speech_seconds: float
    transcribed_seconds: float
    summarized_seconds: float
    failed_windows: tuple[FailedWindow, ...] = ()

    @property
    def not_transcribed(self) -> tuple[FailedWindow, ...]:
        """The stretches that were not transcribed well, and so are missing from the summary too."""
        return tuple(one for one in self.failed_windows if one.code not in (NO_SPEECH, NOT_SUMMARIZED))

    @property
    def without_speech(self) -> tuple[FailedWindow, ...]:
        """Sounds that seemed to be speech; the words that the recognizer invented for them were dropped."""
        return tuple(one for one in self.failed_windows if one.code == NO_SPEECH)

    @property
    def not_summarized(self) -> tuple[FailedWindow, ...]:
        """The stretches that are in the transcript only."""
        return tuple(one for one in self.failed_windows if one.code == NOT_SUMMARIZED)
