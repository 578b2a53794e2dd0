"""Compares the voice of each sentence with the voices of the speakers, by their embeddings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.diarize import Diarization, Diarizer
from pipeline.recap import SpeakerTurn, WindowText, Word
from pipeline.samples import Samples
from pipeline.speakers.offers import find_offers
from pipeline.speakers.sentences import cut_parts, cut_sentences
from pipeline.speakers.turn_finder import TurnFinder
from pipeline.speakers.voices import SentenceVoice, Voices
from pipeline.voice_activity import TimeSpan

LONGEST_TURNS = 8  # of each speaker make their voice,
TURN_SECONDS = 10.0  # with so much of each at most


def compare_voices(
    windows: Iterable[WindowText],
    diarization: Diarization,
    samples: Samples,
    diarizer: Diarizer,
    on_progress: Callable[[float], None],
) -> Voices:
    """Compare each sentence with each speaker, and find speakers that seem to be one person or two.

    With one speaker there is nothing to compare, but that one may still be two. `on_progress` gets 0..1 and may raise
    to stop.
    """
    speakers = tuple(sorted({turn.speaker for turn in diarization.exclusive}))
    sentences = _label_sentences(windows, diarization)
    spans = [span for sentence in sentences for span in _spans_of(sentence)]
    if not speakers or not spans:
        return Voices(speakers)
    turns = _choose_turns(speakers, diarization.exclusive)
    embeddings = diarizer.embed_voices(samples, [_middle(turn) for turn in turns] + spans, on_progress)
    if embeddings is None:
        return Voices(speakers)
    found = embeddings[len(turns) :]
    voices = Voices(speakers)
    if len(speakers) > 1:
        similarities = found @ _mean_voices(speakers, turns, embeddings).T
        voices = replace(voices, sentences=tuple(map(_sentence_voice, spans, similarities)))
    by_span = {(span.start, span.end): one for span, one in zip(spans, found, strict=True)}
    return replace(voices, offers=find_offers(voices, sentences, diarization.turns, by_span))


def mean_voices(
    speakers: Sequence[str],
    turns: Sequence[SpeakerTurn],
    samples: Samples,
    diarizer: Diarizer,
    on_progress: Callable[[float], None],
) -> NDArray[np.float32] | None:
    """The voice of each speaker, by the longest turns, of length 1: (speakers, dimension). None: cannot be told."""
    chosen = _choose_turns(speakers, turns)
    embeddings = diarizer.embed_voices(samples, [_middle(turn) for turn in chosen], on_progress)
    return None if embeddings is None else _mean_voices(speakers, chosen, embeddings)


def _label_sentences(windows: Iterable[WindowText], diarization: Diarization) -> list[tuple[Word, ...]]:
    """The sentences, their words with the speakers of their turns."""
    finder = TurnFinder(diarization.exclusive)
    return [
        sentence
        for window in windows
        for sentence in cut_sentences([finder.label(word) for phrase in window.phrases for word in phrase.words])
    ]


def _spans_of(sentence: Sequence[Word]) -> Iterable[TimeSpan]:
    """The stretches to compare: the sentence, and its parts where turns change inside."""
    parts = cut_parts(sentence)
    yield TimeSpan(sentence[0].start, max(word.end for word in sentence))
    if len(parts) > 1:
        yield from (TimeSpan(*part.span) for part in parts)


def _sentence_voice(span: TimeSpan, similarities: NDArray[np.float32]) -> SentenceVoice:
    return SentenceVoice(span.start, span.end, tuple(round(float(one), 4) for one in similarities))


def _choose_turns(speakers: Sequence[str], turns: Sequence[SpeakerTurn]) -> list[SpeakerTurn]:
    """The turns that make the voices: the longest of each speaker."""
    return [
        turn
        for speaker in speakers
        for turn in sorted((turn for turn in turns if turn.speaker == speaker), key=lambda turn: turn.start - turn.end)[
            :LONGEST_TURNS
        ]
    ]


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
