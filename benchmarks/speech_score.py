"""Counts what a system heard against the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.evaluate import evaluate, normalize
from pipeline.voice_activity import TimeSpan

if TYPE_CHECKING:
    from benchmarks.speech_systems import Heard

#: Languages that are written without spaces between words: their characters are counted.
WITHOUT_SPACES = ("zh", "yue", "ja", "th", "lo", "my", "km")


@dataclass(frozen=True, slots=True)
class SpeechScore:
    """Counts that can be added: words and their errors, languages told and right, words invented where nobody speaks,
    seconds of speech without a word and those of them that are listed, and the errors of who said it."""

    words: int = 0
    errors: int = 0
    languages: int = 0
    languages_right: int = 0
    invented: int = 0
    unheard_seconds: float = 0.0
    listed_seconds: float = 0.0
    speaker_words: int = 0
    speaker_errors: int = 0
    timed_seconds: float = 0.0
    wrong_seconds: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: SpeechScore) -> SpeechScore:
        return SpeechScore(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @classmethod
    def of(cls, heard: Heard, truth: Mapping[str, Any], seconds: float) -> SpeechScore:
        """Score one recording, which took so many seconds."""
        language = truth.get("language")
        text = " ".join(segment.text for segment in heard.transcript.segments)
        if not language:
            return cls(invented=len(normalize(text).split()), seconds=seconds)
        unheard = heard.unheard
        said = _units(text_of(truth), language)
        score = cls(
            words=len(said),
            errors=_count_errors(said, _units(text, language)),
            languages=1,
            languages_right=int(heard.transcript.language == language),
            unheard_seconds=sum(span.seconds for span in unheard),
            listed_seconds=_overlap(unheard, heard.listed),
            seconds=seconds,
        )
        return score + _score_speakers(heard, truth)


def text_of(truth: Mapping[str, Any]) -> str:
    """What is said in a recording."""
    return str(truth.get("text") or " ".join(turn.get("text", "") for turn in truth["turns"]))


def count_words(truth: Mapping[str, Any]) -> int:
    """How many words are known to be said."""
    return len(normalize(text_of(truth)).split())


def _units(text: str, language: str) -> list[str]:
    words = normalize(text).split()
    return list("".join(words)) if language in WITHOUT_SPACES else words


def _count_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(said, heard))


def _overlap(spans: Sequence[TimeSpan], others: Sequence[TimeSpan]) -> float:
    return sum(max(0.0, min(a.end, b.end) - max(a.start, b.start)) for a in spans for b in others)


def _score_speakers(heard: Heard, truth: Mapping[str, Any]) -> SpeechScore:
    """cpWER and DER, where speakers were told apart and the truth knows several."""
    if not heard.transcript.turns or len(truth.get("speakers", ())) < 2 or not truth.get("times_are_truth", True):
        return SpeechScore()
    score = evaluate(heard.transcript, truth)
    return SpeechScore(
        speaker_words=score.words,
        speaker_errors=score.speaker_word_errors,
        timed_seconds=score.speech_seconds,
        wrong_seconds=score.diarization_error_seconds,
    )
