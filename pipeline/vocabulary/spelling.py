"""Spells what was heard by a vocabulary, where the recognizer was unsure of it or an entry asks for it.

The text of a segment is then as written; `Segment.spellings` keeps what was heard. The recognizer's own result does not
change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.reading.words import LocatedWord, locate_words
from pipeline.recap import Segment, Spelling, Transcript, Word
from pipeline.vocabulary.entries import Entry
from pipeline.vocabulary.likeness import fold
from pipeline.vocabulary.matching import Match, Matcher

#: A near miss is only changed where the recognizer gave all its words a lower probability than this, and one of them
#: a much lower one.
SURE_FROM, UNSURE_BELOW = 0.85, 0.6
_OUTER = ' .,;:!?…"“”„«»()[]-–—'


@dataclass(frozen=True, slots=True)
class _Change:
    """The words `first` to `last` (excluded) of a segment, characters `start` to `end`, are written so."""

    first: int
    last: int
    start: int
    end: int
    match: Match


def spell_transcript(transcript: Transcript, entries: Sequence[Entry]) -> Transcript:
    """The transcript as a vocabulary spells it.

    A form that is heard surely elsewhere is a word of its own, and stays.
    """
    matcher, sure = Matcher(entries), _sure_forms(transcript)
    segments = tuple(_spell(segment, matcher, sure) for segment in transcript.segments)
    return replace(transcript, segments=segments)


def list_spellings(transcript: Transcript) -> list[tuple[float, Spelling]]:
    """All changes, each with the second at which it is spoken."""
    return [
        (next((word.start for word in segment.words if word.position == each.position), segment.start), each)
        for segment in transcript.segments
        for each in segment.spellings
    ]


def _sure_forms(transcript: Transcript) -> set[str]:
    return {
        fold(word.text) for segment in transcript.segments for word in segment.words if word.probability >= SURE_FROM
    }


def _spell(segment: Segment, matcher: Matcher, sure: set[str]) -> Segment:
    words = locate_words(segment)
    changes = list(_find_changes(segment.text, words, matcher, sure))
    return _rewrite(segment, words, changes) if changes else segment


def _find_changes(text: str, words: Sequence[LocatedWord], matcher: Matcher, sure: set[str]) -> Iterator[_Change]:
    """The changes from left to right; of several that begin with one word the best, then the longest."""
    first = 0
    while first < len(words):
        found = [
            change
            for last in range(first + 1, min(len(words), first + matcher.longest) + 1)
            if (change := _find_change(text, words, first, last, matcher, sure))
        ]
        if found:
            best = max(found, key=lambda change: (change.match.likeness, change.last))
            yield best
            first = best.last
        else:
            first += 1


def _find_change(
    text: str, words: Sequence[LocatedWord], first: int, last: int, matcher: Matcher, sure: set[str]
) -> _Change | None:
    start, end = words[first].start, words[last - 1].end
    while start < end and text[start] in _OUTER:
        start += 1
    while end > start and text[end - 1] in _OUTER:
        end -= 1
    heard = text[start:end]
    if any(c in heard for c in ".!?") and last - first > 1:  # a name does not span sentences
        return None
    match = matcher.find_exact(heard)
    if match is None and _is_unsure(words[first:last], sure):
        match = matcher.find_near(heard)
    return _Change(first, last, start, end, match) if match else None


def _is_unsure(words: Sequence[LocatedWord], sure: set[str]) -> bool:
    probabilities = [each.word.probability for each in words]
    if max(probabilities) >= SURE_FROM or min(probabilities) >= UNSURE_BELOW:
        return False
    return not all(fold(each.word.text) in sure for each in words)


def _rewrite(segment: Segment, located: Sequence[LocatedWord], changes: Sequence[_Change]) -> Segment:
    """The segment with the changes made; the words of a change share its time."""
    text, words, spellings, done, place = "", [], [], 0, 0
    for change in changes:
        for each in located[done : change.first]:
            words.append(replace(each.word, position=each.start + len(text) - place))
        before = text + segment.text[place : change.start]
        written = change.match.write
        spellings.append(Spelling(len(before), written, segment.text[change.start : change.end]))
        group = located[change.first : change.last]
        opening = segment.text[group[0].start : change.start]
        closing = segment.text[change.end : group[-1].end]
        words += _share(opening + written + closing, len(before) - len(opening), [each.word for each in group])
        text, place, done = before + written, change.end, change.last
    for each in located[done:]:
        words.append(replace(each.word, position=each.start + len(text) - place))
    return replace(segment, text=text + segment.text[place:], words=tuple(words), spellings=tuple(spellings))


def _share(written: str, position: int, heard: Sequence[Word]) -> Iterator[Word]:
    """The written words, as sure as the least sure of the heard ones; the time is shared by the letters."""
    start, seconds = heard[0].start, heard[-1].end - heard[0].start
    probability = min(word.probability for word in heard)
    parts = written.split(" ")
    place = 0
    for number, part in enumerate(parts):
        if len(parts) == len(heard):
            begin, end = heard[number].start, heard[number].end
        else:
            begin = round(start + seconds * place / len(written), 3)
            end = round(start + seconds * (place + len(part)) / len(written), 3)
        yield replace(heard[0], start=begin, end=end, text=part, probability=probability, position=position + place)
        place += len(part) + 1
