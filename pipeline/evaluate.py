"""Compares a transcript with the ground truth: word error rate, cpWER and diarization error rate.

Words are compared in lower case without punctuation. The diarization error has no collar and includes overlaps; its
reference is the sentences of the ground truth.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.recap import Transcript

#: A speaker's silence shorter than this inside one segment counts as speech (seconds).
JOIN_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Score:
    """Errors and their totals: words for WER and cpWER, seconds for DER. Scores can be added."""

    words: int
    word_errors: int
    speaker_word_errors: int
    speech_seconds: float
    diarization_error_seconds: float
    speakers: int
    found_speakers: int

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def wer(self) -> float:
        """Word error rate, 0 is perfect."""
        return self.word_errors / max(1, self.words)

    @property
    def cpwer(self) -> float:
        """Word error rate with the words of each speaker concatenated (best permutation)."""
        return self.speaker_word_errors / max(1, self.words)

    @property
    def der(self) -> float:
        """Diarization error rate."""
        return self.diarization_error_seconds / max(1e-9, self.speech_seconds)


def normalize(text: str) -> str:
    """Lower case, without punctuation, single spaces."""
    kept = (" " if unicodedata.category(c)[0] in "PS" and c not in "'’" else c for c in text.lower())
    return " ".join("".join(c for c in kept if c not in "'’").split())


def evaluate(transcript: Transcript, truth: Mapping[str, Any]) -> Score:
    """Score a transcript against the truth: `{"turns": [{"speaker", "text", "sentences": [{"start", "end"}]}]}`."""
    import jiwer

    turns = sorted(truth["turns"], key=lambda turn: turn["start"])
    reference = normalize(" ".join(turn["text"] for turn in turns))
    hypothesis = normalize(" ".join(segment.text for segment in transcript.segments))
    counted = jiwer.process_words(reference, hypothesis)
    errors = counted.substitutions + counted.deletions + counted.insertions
    total, wrong = _diarization_error(transcript, turns)
    return Score(
        words=len(reference.split()),
        word_errors=errors,
        speaker_word_errors=_count_speaker_errors(transcript, turns),
        speech_seconds=total,
        diarization_error_seconds=wrong,
        speakers=len({turn["speaker"] for turn in turns}),
        found_speakers=len(transcript.speakers),
    )


def _count_speaker_errors(transcript: Transcript, turns: Sequence[Mapping[str, Any]]) -> int:
    """Word errors if each speaker's words are compared with those of the one that fits best.

    The concatenated minimum-permutation word error rate of Watanabe et al., CHiME-6 (2020), section 4.
    """
    said, heard = _words_by_speaker(transcript, turns)
    return count_permutation_errors(list(said.values()), list(heard.values()))


def _words_by_speaker(
    transcript: Transcript, turns: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    said: dict[str, list[str]] = {}
    for turn in turns:
        said.setdefault(turn["speaker"], []).extend(normalize(turn["text"]).split())
    heard: dict[str, list[str]] = {}
    for segment in transcript.segments:
        heard.setdefault(segment.speaker or "unknown", []).extend(normalize(segment.text).split())
    return said, heard


def count_permutation_errors(said: Sequence[Sequence[str]], heard: Sequence[Sequence[str]]) -> int:
    """The fewest word errors over all ways to pair speakers; who has no partner is paired with silence."""
    errors, rows, columns = _pair(said, heard)
    return int(errors[rows, columns].sum())


def pair_speakers(transcript: Transcript, turns: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Who in the truth each speaker (by ID) is, by the pairing that cpWER counts; those left over are missing."""
    said, heard = _words_by_speaker(transcript, turns)
    names, ids = list(said), list(heard)
    _, rows, columns = _pair(list(said.values()), list(heard.values()))
    pairs = zip(rows, columns, strict=True)
    return {ids[column]: names[row] for row, column in pairs if row < len(names) and column < len(ids)}


def _pair(said: Sequence[Sequence[str]], heard: Sequence[Sequence[str]]) -> tuple[Any, Any, Any]:
    """The word errors of all pairs as a square, and the rows and columns of the pairs with the fewest."""
    import numpy as np
    from rapidfuzz.distance import Levenshtein
    from scipy.optimize import linear_sum_assignment

    count = max(len(said), len(heard))
    rows, columns = ([*voices, *[[]] * (count - len(voices))] for voices in (said, heard))
    errors = np.array([Levenshtein.distance(row, column) for row in rows for column in columns], dtype=int)
    errors = errors.reshape(count, count)
    return (errors, *linear_sum_assignment(errors))


def _diarization_error(transcript: Transcript, turns: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    from pyannote.core import Annotation, Segment
    from pyannote.metrics.diarization import DiarizationErrorRate

    reference, hypothesis = Annotation(), Annotation()
    for turn in turns:
        for sentence in turn["sentences"]:
            span = Segment(sentence["start"], sentence["end"])
            reference[span, reference.new_track(span)] = turn["speaker"]
    for start, end, speaker in _speech_of(transcript):
        span = Segment(start, end)
        hypothesis[span, hypothesis.new_track(span)] = speaker
    extent = Segment(0.0, max(transcript.duration_seconds, reference.get_timeline().extent().end))
    found = DiarizationErrorRate(collar=0.0, skip_overlap=False)(reference, hypothesis, uem=extent, detailed=True)
    return float(found["total"]), float(found["confusion"] + found["false alarm"] + found["missed detection"])


def _speech_of(transcript: Transcript) -> list[tuple[float, float, str]]:
    """When each speaker speaks: the turns, else derived from the words (words close together are one stretch)."""
    if transcript.turns:
        return [(turn.start, turn.end, turn.speaker) for turn in transcript.turns]
    spans: list[tuple[float, float, str]] = []
    for segment in transcript.segments:
        times = [(word.start, word.end) for word in segment.words] or [(segment.start, segment.end)]
        speaker = segment.speaker or "unknown"
        for start, end in times:
            if spans and spans[-1][2] == speaker and start - spans[-1][1] <= JOIN_SECONDS:
                spans[-1] = (spans[-1][0], max(spans[-1][1], end), speaker)
            else:
                spans.append((start, end, speaker))
    return [span for span in spans if span[1] > span[0]]
