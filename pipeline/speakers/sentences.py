"""Cuts words into sentences, and a sentence into the parts that diarization gives to different speakers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.recap import Word

PAUSE_SECONDS = 0.6  # a longer pause ends a sentence, too
SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")
CLOSING = "\"'”’)]»"


@dataclass(frozen=True, slots=True)
class Part:
    """Words in a row of one speaker (`speaker` None: no turn is near)."""

    words: tuple[Word, ...]
    speaker: str | None

    @property
    def span(self) -> tuple[float, float]:
        """From its first word to the end of its last, in seconds."""
        return self.words[0].start, max(word.end for word in self.words)


def ends_sentence(word: Word) -> bool:
    """Whether a word ends in a full stop, question mark or the like."""
    return word.text.rstrip().rstrip(CLOSING).endswith(SENTENCE_ENDS)


def cut_sentences(words: Iterable[Word]) -> list[tuple[Word, ...]]:
    """Sentences, by punctuation or a long pause."""
    sentences: list[list[Word]] = []
    for word in words:
        before = sentences[-1][-1] if sentences else None
        if before is None or ends_sentence(before) or word.start - before.end > PAUSE_SECONDS:
            sentences.append([])
        sentences[-1].append(word)
    return [tuple(sentence) for sentence in sentences]


def cut_parts(sentence: Sequence[Word]) -> list[Part]:
    """The parts of a sentence between changes of speaker."""
    return [Part(tuple(words), speaker) for speaker, words in groupby(sentence, key=lambda word: word.speaker)]
