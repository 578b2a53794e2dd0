"""Corrections of one segment: its text, its speaker, and where it begins and ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TypeVar

from pipeline.reading.words import LocatedWord, locate_words
from pipeline.recap import Segment, Spelling, Word, WrittenNumber

Overlay = TypeVar("Overlay", Spelling, WrittenNumber)
_TOKEN = re.compile(r"\S+")


def correct_text(segment: Segment, text: str) -> Segment:
    """The segment with another text: words that stay keep their times, new ones share the time between them."""
    old = locate_words(segment)
    new = list(_TOKEN.finditer(text))
    matcher = SequenceMatcher(None, [each.word.text.strip() for each in old], [each[0] for each in new], autojunk=False)
    words: list[Word] = []
    kept: list[tuple[int, int, int]] = []
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag == "equal":
            for known, token in zip(old[first:last], new[begin:end], strict=True):
                words.append(replace(known.word, position=token.start()))
                kept.append((known.start, known.end, token.start()))
        else:
            start = words[-1].end if words else segment.start
            stop = old[last].word.start if last < len(old) else segment.end
            words += _spread(new[begin:end], start, max(start, stop), segment)
    return replace(
        segment,
        text=text,
        words=tuple(words),
        spellings=_move(segment.spellings, [each.written for each in segment.spellings], kept, text),
        numbers=_move(segment.numbers, [each.said for each in segment.numbers], kept, text),
        edited_by="hand",
    )


def assign_speaker(segment: Segment, speaker: str) -> Segment:
    """The segment as said by somebody else."""
    words = tuple(replace(word, speaker=speaker) for word in segment.words)
    return replace(
        segment, speaker=speaker, words=words, speaker_source="hand", speaker_confidence=None, edited_by="hand"
    )


def split_segment(segment: Segment, at: int) -> tuple[Segment, Segment] | None:
    """The segment as two, the second from word `at` (counted between spaces) on; None if that is not within it."""
    tokens = list(_TOKEN.finditer(segment.text))
    if not 0 < at < len(tokens):
        return None
    place = tokens[at].start()
    located = locate_words(segment)
    left = [each for each in located if each.start < place]
    right = [each for each in located if each.start >= place]
    share = segment.start + (segment.end - segment.start) * place / len(segment.text)
    end = left[-1].word.end if left else share
    start = right[0].word.start if right else max(end, share)
    first = replace(segment, text=segment.text[:place].rstrip(), end=end, words=_words(left, 0))
    second = replace(segment, text=segment.text[place:], start=start, words=_words(right, -place))
    return (
        _derive(_cut(first, 0), f"{segment.id}.1", (segment.id,)),
        _derive(_cut(second, -place), f"{segment.id}.2", (segment.id,)),
    )


def merge_segments(first: Segment, second: Segment) -> Segment:
    """Two segments as one of the first's speaker."""
    shift = len(first.text) + 1
    other = assign_speaker(second, first.speaker) if first.speaker else second
    merged = replace(
        first,
        end=max(first.end, second.end),
        text=f"{first.text} {second.text}",
        words=(*_words(locate_words(first), 0), *_words(locate_words(other), shift)),
        spellings=(*first.spellings, *_shift(second.spellings, shift)),
        numbers=(*first.numbers, *_shift(second.numbers, shift)),
    )
    return _derive(merged, f"{first.id}+{second.id}", (first.id, second.id))


def _derive(segment: Segment, id_: str, origins: tuple[str, ...]) -> Segment:
    return replace(segment, id=id_, origins=origins, edited_by="hand")


def _spread(tokens: Sequence[re.Match[str]], start: float, stop: float, segment: Segment) -> list[Word]:
    """Words of a stretch without times of their own, each as long as its share of the letters."""
    letters = sum(len(token[0]) for token in tokens)
    lead = " " if any(word.text.startswith(" ") for word in segment.words) else ""
    words = []
    for token in tokens:
        end = start + (stop - start) * len(token[0]) / letters
        letters -= len(token[0])
        words.append(Word(round(start, 3), round(end, 3), lead + token[0], 1.0, segment.speaker, token.start()))
        start = end
    return words


def _move(
    overlays: Sequence[Overlay], texts: Sequence[str], kept: Sequence[tuple[int, int, int]], text: str
) -> tuple[Overlay, ...]:
    """The overlays whose words stayed, at their new places."""
    moved = []
    for each, said in zip(overlays, texts, strict=True):
        shift = next((new - start for start, end, new in kept if start <= each.position < end), None)
        if shift is not None and text.startswith(said, each.position + shift):
            moved.append(replace(each, position=each.position + shift))
    return tuple(moved)


def _cut(segment: Segment, shift: int) -> Segment:
    """A part of a segment with the overlays that are wholly within it."""
    size = len(segment.text)
    spellings = tuple(one for one in _shift(segment.spellings, shift) if 0 <= one.position <= size - len(one.written))
    numbers = tuple(one for one in _shift(segment.numbers, shift) if 0 <= one.position <= size - len(one.said))
    return replace(segment, spellings=spellings, numbers=numbers)


def _shift(overlays: Sequence[Overlay], shift: int) -> tuple[Overlay, ...]:
    return tuple(replace(each, position=each.position + shift) for each in overlays)


def _words(located: Sequence[LocatedWord], shift: int) -> tuple[Word, ...]:
    return tuple(replace(each.word, position=each.start + shift) for each in located)
