"""The words of a segment as they are read, from space to space: when each is spoken and which part is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.reading.written import write_out
from pipeline.recap import Segment, Spelling, Word, WrittenNumber

#: Words that the recognizer gave a lower probability than this are marked as doubtful.
DOUBTFUL_BELOW = 0.45


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of text that is doubtful as a whole or not at all, and so for a changed spelling and a number."""

    text: str
    is_doubtful: bool
    spelling: Spelling | None = None
    number: WrittenNumber | None = None


@dataclass(frozen=True, slots=True)
class ReadingWord:
    """A word from space to space; `at` is the second at which it is spoken.

    The recognizer may have heard several words in it, as in languages written without spaces: `runs` says which part of
    the text is doubtful.
    """

    at: float
    runs: tuple[TextRun, ...]

    @property
    def text(self) -> str:
        """The whole word."""
        return "".join(run.text for run in self.runs)

    @property
    def is_doubtful(self) -> bool:
        """Whether any part of it is doubtful."""
        return any(run.is_doubtful for run in self.runs)

    @property
    def is_spelled(self) -> bool:
        """Whether a vocabulary changed any part of it."""
        return any(run.spelling for run in self.runs)


@dataclass(frozen=True, slots=True)
class LocatedWord:
    """A recognized word and where it stands in its segment's text: characters `start` to `end`."""

    start: int
    end: int
    word: Word

    @property
    def is_doubtful(self) -> bool:
        """Whether the recognizer was unsure of it."""
        return self.word.probability < DOUBTFUL_BELOW


def locate_words(segment: Segment) -> list[LocatedWord]:
    """Find each recognized word in the segment's text, in order; words that are not in the text are left out.

    A word's stored position is used where it holds. Transcripts of version 0.1 have none, so the word is searched for.
    """
    located: list[LocatedWord] = []
    place = 0
    for word in segment.words:
        text = word.text.strip()
        if not text:
            continue
        start = word.position
        if start is None or start < place or not segment.text.startswith(text, start):
            start = segment.text.find(text, place)
        if start >= 0:
            place = start + len(text)
            located.append(LocatedWord(start, place, word))
    return located


def read_words(segment: Segment) -> Iterator[ReadingWord]:
    """The words of a segment, its numbers as people write them, with times and probabilities of the recognized words.

    Where no word was recognized, the time follows from the place in the text.
    """
    if segment.numbers:
        segment = write_out(segment, [(each.start, each.end, each.word) for each in locate_words(segment)])
    located = locate_words(segment)
    size = max(1, len(segment.text))
    place, number, at = 0, 0, segment.start
    for text in segment.text.split(" "):
        end = place + len(text)
        if text:
            while number < len(located) and located[number].end <= place:
                number += 1
            inside = _overlapping(located, number, end)
            guess = segment.start + (segment.end - segment.start) * place / size
            at = max(at, inside[0].word.start if inside else guess)
            yield ReadingWord(at, _split_runs(text, place, inside, segment))
        place = end + 1


def _overlapping(located: Sequence[LocatedWord], number: int, end: int) -> list[LocatedWord]:
    """The located words from `number` on that begin before character `end`."""
    inside = []
    while number < len(located) and located[number].start < end:
        inside.append(located[number])
        number += 1
    return inside


def _split_runs(text: str, offset: int, inside: Sequence[LocatedWord], segment: Segment) -> tuple[TextRun, ...]:
    """Cut a text from character `offset` of its segment on where doubt, a spelling or a number begins and ends."""
    end = offset + len(text)
    doubtful = [(word.start, word.end) for word in inside if word.is_doubtful]
    spelled = [(each.position, each.position + len(each.written), each) for each in segment.spellings]
    numbers = [(each.position, each.position + len(each.written), each) for each in segment.numbers]
    spans = [*doubtful, *((start, stop) for start, stop, _ in (*spelled, *numbers))]
    edges = sorted({offset, end, *(cut for span in spans for cut in span if offset <= cut <= end)})
    return join_runs(
        [
            TextRun(
                text[start - offset : stop - offset],
                any(first <= start < last for first, last in doubtful),
                next((each for first, last, each in spelled if first <= start < last), None),
                next((each for first, last, each in numbers if first <= start < last), None),
            )
            for start, stop in pairwise(edges)
        ]
    )


def join_runs(runs: Sequence[TextRun]) -> tuple[TextRun, ...]:
    """The same text with as few runs as possible."""
    joined: list[TextRun] = []
    for run in runs:
        if not run.text:
            continue
        if joined and _is_alike(joined[-1], run):
            run = replace(run, text=joined.pop().text + run.text)
        joined.append(run)
    return tuple(joined)


def _is_alike(one: TextRun, other: TextRun) -> bool:
    return one.is_doubtful == other.is_doubtful and one.spelling is other.spelling and one.number is other.number
