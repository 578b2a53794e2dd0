"""The transcript as it is read: turns of one speaker, in paragraphs, word by word with time and doubt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.recap import Segment

UNCERTAIN_BELOW = 0.45
UNSURE_SHARE = 0.30
PARAGRAPH_SECONDS = 60.0
BREAK_TOLERANCE = 0.05
_SENTENCE_ENDS = (".", "?", "!", "…", ".”", '."', '?"', '!"', "。", "？", "！")


@dataclass(frozen=True, slots=True)
class ReadingWord:
    """A word as printed, from space to space; `at` is the second at which it is spoken."""

    text: str
    at: float
    uncertain: bool = False


@dataclass(slots=True)
class Paragraph:
    """A stretch of a turn with a time of its own; seconds."""

    start: float
    end: float
    tokens: list[ReadingWord] = field(default_factory=list)


@dataclass(slots=True)
class ReadingTurn:
    """What one speaker says until another begins; `unsure` where most of it would be marked as uncertain."""

    speaker: str | None
    paragraphs: list[Paragraph]
    unsure: bool


def tokens_of(segment: Segment) -> Iterator[ReadingWord]:
    """The words of a segment's text with the times and probabilities of the recognised words they come from.

    Where the text was edited or has no recognised words, the time follows from the place in the text.
    """
    spans = _word_spans(segment)
    size = max(1, len(segment.text))
    place, number, at = 0, 0, segment.start
    for text in segment.text.split(" "):
        if not text:
            place += 1
            continue
        end = place + len(text)
        while number < len(spans) and spans[number][1] <= place:
            number += 1
        inside = [span for span in spans[number : number + 8] if span[0] < end and span[1] > place]
        guess = segment.start + (segment.end - segment.start) * place / size
        at = max(at, inside[0][2] if inside else guess) if spans else guess
        yield ReadingWord(text, at, any(span[3] < UNCERTAIN_BELOW for span in inside))
        place = end + 1


def _word_spans(segment: Segment) -> list[tuple[int, int, float, float]]:
    """Where each recognised word stands in the text: (from, to, second, probability)."""
    spans, place = [], 0
    for word in segment.words:
        text = word.text.strip()
        found = segment.text.find(text, place) if text else -1
        if found >= 0:
            place = found + len(text)
            spans.append((found, place, word.start, word.probability))
    return spans


def spoken_turns(segments: Iterable[Segment], breaks: Sequence[float] = ()) -> Iterator[ReadingTurn]:
    """Join consecutive segments of one speaker into turns.

    A new paragraph begins with the first sentence after each minute and after each of `breaks` (seconds).
    """
    spoken = (segment for segment in segments if segment.text)
    for speaker, group in groupby(spoken, lambda segment: segment.speaker):
        paragraphs = list(_paragraphs(group, sorted(breaks)))
        tokens = [token for paragraph in paragraphs for token in paragraph.tokens]
        unsure = sum(token.uncertain for token in tokens) > UNSURE_SHARE * len(tokens)
        yield ReadingTurn(speaker, paragraphs, unsure)


def _paragraphs(segments: Iterable[Segment], breaks: list[float]) -> Iterator[Paragraph]:
    current: Paragraph | None = None
    for segment in segments:
        for token in tokens_of(segment):
            if current and _begins_paragraph(current, token, breaks):
                current.end = min(current.end, token.at)
                yield current
                current = None
            if current is None:
                current = Paragraph(max(token.at, segment.start), segment.end)
            current.tokens.append(token)
            current.end = segment.end
    if current:
        yield current


def _begins_paragraph(current: Paragraph, token: ReadingWord, breaks: list[float]) -> bool:
    """A sentence begins a minute after the paragraph or after a break; two minutes end it without a sentence's end."""
    passed = token.at - current.start
    if passed >= 2 * PARAGRAPH_SECONDS:
        return True
    number = bisect_right(breaks, current.start + BREAK_TOLERANCE)
    broken = number < len(breaks) and breaks[number] <= token.at + BREAK_TOLERANCE
    return (passed >= PARAGRAPH_SECONDS or broken) and current.tokens[-1].text.endswith(_SENTENCE_ENDS)
