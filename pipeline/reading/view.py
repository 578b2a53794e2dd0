"""The reading view of a transcript: turns of one speaker, cut into paragraphs that can be linked to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.reading.words import ReadingWord, TextRun, join_runs, read_words
from pipeline.recap import Recap, Segment

#: A turn is called unsure if more than this share of its words is doubtful.
UNSURE_SHARE = 0.30
#: A new paragraph, with a time of its own, begins with the first sentence after this many seconds.
PARAGRAPH_SECONDS = 60.0
#: The same where the speaker is unknown: no change of speaker breaks up the text.
PARAGRAPH_SECONDS_UNKNOWN = 20.0
#: Times this close count as the same.
BREAK_TOLERANCE = 0.05
_SENTENCE_ENDS = (".", "?", "!", "…", ".”", '."', '?"', '!"', "。", "？", "！")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Part of a turn, in seconds; `anchor` identifies it within the document. `segments` are those that begin in it."""

    start: float
    end: float
    words: tuple[ReadingWord, ...]
    segments: tuple[str, ...]
    anchor: str = ""

    @property
    def runs(self) -> tuple[TextRun, ...]:
        """The text, cut where doubt, a changed spelling or a number begins and ends."""
        runs: list[TextRun] = []
        for word in self.words:
            if runs:
                before, after = runs[-1], word.runs[0]
                spelling = before.spelling if before.spelling is after.spelling else None
                number = before.number if before.number is after.number else None
                runs.append(TextRun(" ", before.is_doubtful and after.is_doubtful, spelling, number))
            runs += word.runs
        return join_runs(runs)


@dataclass(frozen=True, slots=True)
class ReadingTurn:
    """What one speaker says until another begins; `is_unsure` if too many of its words are doubtful."""

    speaker: str | None
    paragraphs: tuple[Paragraph, ...]
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A transcript as it is read. `anchors` has the anchor of the paragraph in which each segment (by id) begins."""

    turns: tuple[ReadingTurn, ...]
    anchors: Mapping[str, str]

    @property
    def has_marked_words(self) -> bool:
        """Whether a turn that is not unsure as a whole has a doubtful word."""
        return any(
            word.is_doubtful and not word.is_spelled
            for turn in self.turns
            if not turn.is_unsure
            for paragraph in turn.paragraphs
            for word in paragraph.words
        )

    @property
    def has_spelled_words(self) -> bool:
        """Whether a vocabulary changed any word."""
        return any(word.is_spelled for turn in self.turns for paragraph in turn.paragraphs for word in paragraph.words)


def read_recap(recap: Recap) -> ReadingView:
    """The reading view of a recap's transcript; the topics of its summary begin new paragraphs."""
    return read_segments(
        recap.transcript.segments, [topic.start for topic in recap.summary.topics if topic.time is not None]
    )


def read_segments(segments: Iterable[Segment], breaks: Sequence[float] = ()) -> ReadingView:
    """Join consecutive segments of one speaker into turns; segments without text are left out.

    A new paragraph begins with the first sentence after each minute and after each of `breaks` (seconds).
    """
    spoken = (segment for segment in segments if segment.text.strip())
    turns: list[ReadingTurn] = []
    anchors: dict[str, str] = {}
    used: set[str] = set()
    for speaker, group in groupby(spoken, lambda segment: segment.speaker):
        seconds = PARAGRAPH_SECONDS if speaker else PARAGRAPH_SECONDS_UNKNOWN
        paragraphs = []
        for paragraph in _split_paragraphs(group, sorted(breaks), seconds):
            anchor = _make_anchor(paragraph.start, used)
            anchors |= dict.fromkeys(paragraph.segments, anchor)
            paragraphs.append(replace(paragraph, anchor=anchor))
        turns.append(ReadingTurn(speaker, tuple(paragraphs), _is_unsure(paragraphs)))
    return ReadingView(tuple(turns), anchors)


def _is_unsure(paragraphs: Iterable[Paragraph]) -> bool:
    doubts = [word.is_doubtful for paragraph in paragraphs for word in paragraph.words]
    return sum(doubts) > UNSURE_SHARE * len(doubts)


def _split_paragraphs(segments: Iterable[Segment], breaks: Sequence[float], seconds: float) -> Iterator[Paragraph]:
    start, end = 0.0, 0.0
    words: list[ReadingWord] = []
    begun: list[str] = []
    for segment in segments:
        begun.append(segment.id)
        for number, word in enumerate(read_words(segment)):
            if words and _begins_paragraph(start, words[-1], word, breaks, seconds):
                first = begun[-1:] if number == 0 else []
                yield Paragraph(start, min(end, word.at), tuple(words), tuple(begun[: len(begun) - len(first)]))
                words, begun = [], first
            if not words:
                start = max(word.at, segment.start)
            words.append(word)
            end = segment.end
    if words:
        yield Paragraph(start, end, tuple(words), tuple(begun))


def _begins_paragraph(
    start: float, before: ReadingWord, word: ReadingWord, breaks: Sequence[float], seconds: float
) -> bool:
    """Whether a sentence begins late enough or after a break; twice as late, a paragraph ends within a sentence."""
    passed = word.at - start
    if passed >= 2 * seconds:
        return True
    number = bisect_right(breaks, start + BREAK_TOLERANCE)
    is_broken = number < len(breaks) and breaks[number] <= word.at + BREAK_TOLERANCE
    return (passed >= seconds or is_broken) and before.text.endswith(_SENTENCE_ENDS)


def _make_anchor(start: float, used: set[str]) -> str:
    """An anchor by the second of the start; where two paragraphs begin together, the later one's is moved on."""
    anchor = f"t={start:.1f}"
    while anchor in used:
        start += 0.1
        anchor = f"t={start:.1f}"
    used.add(anchor)
    return anchor
