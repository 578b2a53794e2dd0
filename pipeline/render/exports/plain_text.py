"""The recap and its transcript as plain text, a paragraph a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from pipeline.recap import Recap
from pipeline.render.exports.content import NO_WORDS, NONE_FOUND, Content, PointSection, read_content
from pipeline.render.exports.provenance import HEADING, list_provenance


def write_txt(recap: Recap, stream: BinaryIO) -> None:
    """Write the recap as UTF-8 text."""
    content = read_content(recap)
    blocks = [
        _list_head(content),
        *(_list_points(section, content) for section in content.sections),
        _list_transcript(content),
        (*_underline(HEADING), *(f"{name}: {value}" for name, value in list_provenance(recap, content))),
    ]
    stream.write(("\n\n".join("\n".join(block) for block in blocks) + "\n").encode())


def _underline(heading: str, sign: str = "-") -> tuple[str, str]:
    return heading, sign * len(heading)


def _list_head(content: Content) -> Iterator[str]:
    yield from _underline(content.title, "=")
    yield content.head_line
    yield from (f"{name}: {value}" for name, value in content.meeting)
    if content.talk_times:
        yield "Participants: " + ", ".join(f"{name} {content.clock(seconds)}" for name, seconds in content.talk_times)
    for name, text in content.notices:
        yield f"{name}: {text}"
    if content.overview:
        yield ""
        yield from _list_points(PointSection("overview", "In short", content.overview), content)


def _list_points(section: PointSection, content: Content) -> Iterator[str]:
    yield from _underline(section.heading)
    if not section.points:
        yield NONE_FOUND
    for point in section.points:
        text = f"“{point.text}”" if section.key == "quotes" else point.text
        told = ": ".join(part for part in (point.title, text) if part)
        about = ", ".join(part for part in (point.who, point.due) if part)
        at = f"[{content.clock(point.start)}] " if point.start is not None else ""
        yield at + told + (f" ({about})" if about else "") + (f" ({point.marks})" if point.marks else "")
        if point.evidence:
            yield f"    “{point.evidence}”"


def _list_transcript(content: Content) -> Iterator[str]:
    yield from _underline("Transcript")
    for turn in content.turns:
        yield ""
        for number, paragraph in enumerate(turn.paragraphs):
            name = f"{turn.name}: " if turn.name and not number else ""
            yield f"[{content.clock(paragraph.start)}] {name}{paragraph.text}"
    if not content.turns:
        yield NO_WORDS
