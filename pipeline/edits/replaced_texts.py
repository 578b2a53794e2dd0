"""Where a replacement finds its words: in the segments of a transcript and in the points of its summary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.edits.edit import TEXT_LIMITS
from pipeline.edits.replacement import RECAP, TRANSCRIPT, Found, Replacement, Span, put_in
from pipeline.recap import ActionItem, Point, Recap, Segment, Topic
from pipeline.summary_points import SECTIONS


@dataclass(frozen=True, slots=True)
class Place:
    """Words found in a text: that of a segment, or a field of a point, by its id. `start` is when that is said."""

    text: str
    found: Found
    start: float
    segment: str | None = None
    point: str | None = None


def find_in_segment(segment: Segment, replacement: Replacement) -> list[Found]:
    """What is replaced in a segment."""
    return replacement.find_in(segment.text, TEXT_LIMITS["text"])


def find_in_point(recap: Recap, section: str, point: Point, replacement: Replacement) -> dict[str, list[Found]]:
    """What is replaced in a point, by field. A speaker's name is no text, whether it is an owner or stands in one."""
    spared = () if recap.summary.engine == "extractive" or section == "quotes" else _find_names(recap)
    found = {
        field: replacement.find_in(text, TEXT_LIMITS[field], _spans_of(spared, text))
        for field, text in _texts_of(recap, point)
    }
    return {field: each for field, each in found.items() if each}


def change_texts(recap: Recap, section: str, point: Point, replacement: Replacement) -> dict[str, str]:
    """The new texts of a point, by field; empty if nothing is replaced in it."""
    texts = dict(_texts_of(recap, point))
    found = find_in_point(recap, section, point, replacement)
    return {field: put_in(texts[field], each) for field, each in found.items()}


def list_places(recap: Recap, replacement: Replacement) -> Iterator[Place]:
    """All places of a recap, as edited but without names, where words would be replaced: the transcript's first."""
    if replacement.is_in(TRANSCRIPT):
        for segment in recap.transcript.segments:
            for found in find_in_segment(segment, replacement):
                yield Place(segment.text, found, segment.start, segment=segment.id)
    if replacement.is_in(RECAP):
        for section in SECTIONS:
            for point in getattr(recap.summary, section):
                texts = dict(_texts_of(recap, point))
                for field, each in find_in_point(recap, section, point, replacement).items():
                    yield from (Place(texts[field], found, point.start, point=point.id) for found in each)


def _texts_of(recap: Recap, point: Point) -> Iterator[tuple[str, str]]:
    """The texts of a point, by field."""
    if isinstance(point, Topic):
        yield "title", point.title
    yield "text", point.text
    if isinstance(point, ActionItem):
        if point.owner and all(point.owner != one.id for one in recap.transcript.speakers):
            yield "owner", point.owner
        if point.due:
            yield "due", point.due


def _find_names(recap: Recap) -> tuple[str, ...]:
    """What the language model calls the speakers."""
    return tuple(one.name for one in recap.transcript.speakers)


def _spans_of(names: tuple[str, ...], text: str) -> list[Span]:
    return [match.span() for name in names for match in re.finditer(rf"\b{re.escape(name)}\b", text)]
