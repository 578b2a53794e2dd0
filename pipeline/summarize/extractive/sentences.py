"""Splits a transcript into sentences with times, speakers and segments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.recap import Segment, Transcript

SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？｡]+[」』”）]*")
NOT_AN_END = re.compile(
    r"(?:^|[\s(])(?:[A-ZÀ-Þ]|mrs?|ms|dr|prof|st|vs|no|nr|bzw|ca|bijv|mevr|dhr|sr|sra|mme|e\.g|i\.e|z\.\s?b|d\.\s?h|o\.a)\.$",
    re.IGNORECASE,
)
GERMAN_ORDINAL = re.compile(r"(?:^|\s)\d{1,2}\.$")
LONGEST_WORDS = 60
"""Text without punctuation is split after this many words."""
LONGEST_PAUSE = 1.5
"""Seconds of silence within a sentence; a longer pause ends it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence; `start` and `end` in seconds, `segments` the ids of its segments.

    `said` is the sentence as said, where hesitations were taken out of `text`; else None.
    """

    text: str
    start: float
    end: float
    speaker: str | None
    segments: tuple[str, ...]
    said: str | None = None

    @property
    def is_complete(self) -> bool:
        found = SENTENCE_END.search(self.text, max(0, len(self.text) - 4))
        return found is not None and found.end() == len(self.text)


def split_sentences(transcript: Transcript) -> list[Sentence]:
    """All sentences in order of time.

    A sentence that continues in the speaker's next segment, after at most `LONGEST_PAUSE`, is joined.
    """
    sentences: list[Sentence] = []
    for segment in sorted(transcript.segments, key=lambda one: one.start):
        for part in _sentences_of(segment, transcript.language):
            if sentences and _continues(sentences[-1], part):
                sentences[-1] = _join(sentences[-1], part)
            else:
                sentences.append(part)
    return sentences


def _continues(before: Sentence, after: Sentence) -> bool:
    return (
        before.speaker == after.speaker
        and before.segments[-1] != after.segments[0]
        and not before.is_complete
        and after.start - before.end <= LONGEST_PAUSE
        and len(before.text.split()) < LONGEST_WORDS
    )


def _join(before: Sentence, after: Sentence) -> Sentence:
    return replace(
        before,
        text=f"{before.text} {after.text}",
        end=max(before.end, after.end),
        segments=before.segments + after.segments,
    )


def _sentences_of(segment: Segment, language: str) -> Iterator[Sentence]:
    times = _word_times(segment)
    for first, last in sentence_spans(segment.text, language):
        for start, end in _cut_long(segment.text, first, last):
            text = segment.text[start:end].strip()
            if text:
                since, until = _times(segment, times, start, end)
                yield Sentence(text, since, until, segment.speaker, (segment.id,))


def sentence_spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Character ranges of the sentences of a text."""
    start = 0
    for found in SENTENCE_END.finditer(text):
        head = text[start : found.end()]
        if found.end() < len(text) and (NOT_AN_END.search(head) or (language == "de" and GERMAN_ORDINAL.search(head))):
            continue
        yield start, found.end()
        start = found.end()
    if text[start:].strip():
        yield start, len(text)


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = list(re.finditer(r"\S+", text[start:end]))
    for index in range(0, len(words), LONGEST_WORDS):
        part = words[index : index + LONGEST_WORDS]
        yield start + part[0].start(), start + part[-1].end()


def _word_times(segment: Segment) -> list[tuple[int, float, float]]:
    """(character offset, start, end) of each word found in the segment's text."""
    times = []
    reached = 0
    for word in segment.words:
        text = word.text.strip()
        at = segment.text.find(text, reached)
        if text and at >= 0:
            times.append((at, word.start, word.end))
            reached = at + len(text)
    return times


def _times(segment: Segment, times: list[tuple[int, float, float]], start: int, end: int) -> tuple[float, float]:
    """When a character range was said; without word times, estimated from the characters."""
    inside = [(since, until) for at, since, until in times if start <= at < end]
    if inside:
        return max(segment.start, inside[0][0]), min(segment.end, inside[-1][1])
    pace = (segment.end - segment.start) / max(1, len(segment.text))
    return segment.start + start * pace, segment.start + end * pace
