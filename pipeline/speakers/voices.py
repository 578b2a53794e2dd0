"""Compares the voice of each sentence with the voices of the speakers.

Most words that go to the wrong person are whole short sentences inside somebody else's turn ("Great, thanks."), which
diarization is too coarse to see. The embedding of the sentence alone shows whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.diarize import Diarization, Diarizer
from pipeline.recap import SpeakerTurn, WindowText
from pipeline.samples import Samples
from pipeline.speakers.sentences import cut_parts, cut_sentences
from pipeline.speakers.turn_finder import TurnFinder
from pipeline.voice_activity import TimeSpan

LONGEST_TURNS = 8  # of each speaker make their voice,
TURN_SECONDS = 10.0  # with so much of each at most


@dataclass(frozen=True, slots=True)
class SentenceVoice:
    """How similar the voice between two times (seconds) is to each speaker's: cosines, -1..1."""

    start: float
    end: float
    similarities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Voices:
    """The voices of sentences, and of their parts where turns change inside; `speakers` are the labels of the turns."""

    speakers: tuple[str, ...] = ()
    sentences: tuple[SentenceVoice, ...] = ()


def compare_voices(
    windows: Iterable[WindowText],
    diarization: Diarization,
    samples: Samples,
    diarizer: Diarizer,
    on_progress: Callable[[float], None],
) -> Voices:
    """Compare each sentence with each speaker. `on_progress` gets 0..1 and may raise to stop."""
    speakers = tuple(sorted({turn.speaker for turn in diarization.exclusive}))
    spans = list(_spans_to_compare(windows, diarization))
    if len(speakers) < 2 or not spans:
        return Voices(speakers)
    turns = [turn for speaker in speakers for turn in _longest_turns(diarization.exclusive, speaker)]
    embeddings = diarizer.embed_voices(samples, [_middle(turn) for turn in turns] + spans, on_progress)
    if embeddings is None:
        return Voices(speakers)
    similarities = embeddings[len(turns) :] @ _mean_voices(speakers, turns, embeddings).T
    return Voices(
        speakers,
        tuple(
            SentenceVoice(span.start, span.end, tuple(round(float(one), 4) for one in row))
            for span, row in zip(spans, similarities, strict=True)
        ),
    )


def _spans_to_compare(windows: Iterable[WindowText], diarization: Diarization) -> Iterable[TimeSpan]:
    finder = TurnFinder(diarization.exclusive)
    for window in windows:
        words = [finder.label(word) for phrase in window.phrases for word in phrase.words]
        for sentence in cut_sentences(words):
            parts = cut_parts(sentence)
            yield TimeSpan(sentence[0].start, max(word.end for word in sentence))
            if len(parts) > 1:
                yield from (TimeSpan(*part.span) for part in parts)


def _longest_turns(turns: Iterable[SpeakerTurn], speaker: str) -> list[SpeakerTurn]:
    own = (turn for turn in turns if turn.speaker == speaker)
    return sorted(own, key=lambda turn: turn.start - turn.end)[:LONGEST_TURNS]


def _middle(turn: SpeakerTurn) -> TimeSpan:
    spare = max(0.0, turn.end - turn.start - TURN_SECONDS) / 2
    return TimeSpan(turn.start + spare, turn.end - spare)


def _mean_voices(
    speakers: Sequence[str], turns: Sequence[SpeakerTurn], embeddings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The voice of each speaker, of length 1: the mean of their turns, weighted by length."""
    voices = np.zeros((len(speakers), embeddings.shape[1]), dtype=np.float32)
    for turn, embedding in zip(turns, embeddings, strict=False):
        voices[speakers.index(turn.speaker)] += embedding * min(TURN_SECONDS, turn.end - turn.start)
    lengths = np.linalg.norm(voices, axis=1, keepdims=True)
    return np.asarray(voices / np.maximum(lengths, 1e-9))
