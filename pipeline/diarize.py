"""What a diarizer is: an engine that tells who speaks when.

The engines are in `pipeline.engines`; CONTRIBUTING.md tells how to add one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.recap import Notice, SpeakerTurn
from pipeline.samples import Samples
from pipeline.voice_activity import TimeSpan


@dataclass(frozen=True, slots=True)
class DiarizeOptions:
    """The number of speakers, as far as it is known; None: detect it."""

    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None


@dataclass(frozen=True, slots=True)
class Diarization:
    """Who speaks when. `turns` may overlap; in `exclusive` only one person speaks at a time."""

    turns: tuple[SpeakerTurn, ...]
    exclusive: tuple[SpeakerTurn, ...]


class Diarizer(Protocol):
    """A model that tells speakers apart, loaded on first use.

    Each call that needs it raises DiarizationMissing if it cannot be loaded, and OutOfMemory if memory runs out.
    """

    @property
    def is_loaded(self) -> bool: ...

    def unload(self) -> None:
        """Free the memory; the next use loads the models again."""

    @property
    def manner(self) -> str:
        """In numbers of which precision and on which device it works, for the provenance."""

    @property
    def takes_numbers(self) -> bool:
        """Whether it can be told the number of speakers; otherwise it always finds that itself."""

    def diarize(self, pcm: Samples, options: DiarizeOptions, on_progress: Callable[[float], None]) -> Diarization:
        """Identify the speakers in 16 kHz mono samples. `on_progress` gets 0..1 and may raise to stop."""

    def embed_voices(
        self, pcm: Samples, spans: Sequence[TimeSpan], on_progress: Callable[[float], None]
    ) -> NDArray[np.float32] | None:
        """The voice in each stretch as a vector of length 1: (stretches, dimension). None: the model cannot tell."""


def numbers_ignored(diarizer: Diarizer, options: DiarizeOptions) -> Notice | None:
    """The warning that the number of speakers was given to an engine that cannot use it."""
    if diarizer.takes_numbers or options == DiarizeOptions():
        return None
    return Notice(
        "speakers_not_limited",
        "The number of speakers that was given could not be used: this diarization engine counts them itself.",
        "If the number is wrong, set DIARIZATION_ENGINE to pyannote, then add the speakers again.",
    )
