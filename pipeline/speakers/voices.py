"""What the voices of sentences tell, beside those of the speakers.

Most words that go to the wrong person are whole short sentences inside somebody else's turn ("Great, thanks."), which
diarization is too coarse to see. The embedding of the sentence alone shows whose they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.recap import VoiceOffer


@dataclass(frozen=True, slots=True)
class SentenceVoice:
    """How similar the voice between two times (seconds) is to each speaker's: cosines, -1..1."""

    start: float
    end: float
    similarities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Voices:
    """The voices of sentences, and of their parts where turns change inside; `speakers` are the labels of the turns.

    `offers` name speakers by these labels, too.
    """

    speakers: tuple[str, ...] = ()
    sentences: tuple[SentenceVoice, ...] = ()
    offers: tuple[VoiceOffer, ...] = ()
