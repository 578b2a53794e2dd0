"""The runs of a line as they are drawn from left to right: each of one style and one direction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from pipeline.render.pdf.direction import has_rtl, is_rtl, order_runs
from pipeline.render.pdf.line_breaking import Pieces, TextLine, TextPiece, line_text, line_width, width
from pipeline.render.pdf.style import TextStyle


class LineRun(NamedTuple):
    """A run of a line: its text in the order it is read, and its width in points."""

    text: str
    style: TextStyle
    width: float
    rtl: bool = False
    dotted: bool = False
    link: float | None = None


def text_runs(text: str, style: TextStyle) -> list[LineRun]:
    """The runs of a text of one style."""
    if not has_rtl(text):
        return [LineRun(text, style, width(text, style))]
    return [
        LineRun(part, style, width(part, style), run.rtl)
        for run in order_runs(text, rtl=is_rtl(text))
        if (part := text[run.start : run.end])
    ]


def line_runs(line: TextLine) -> list[LineRun]:
    """The runs of a line; the space between two styles belongs to the first, without dots and link."""
    runs = list(_styled_runs(line))
    text = "".join(run.text for run in runs)
    if not line.rtl and not has_rtl(text):
        return runs
    owners = [run for run in runs for _ in run.text]
    ordered = []
    for directed in order_runs(text, rtl=line.rtl):
        places = range(directed.start, directed.end)
        for _, group in groupby(reversed(places) if directed.rtl else places, key=lambda place: id(owners[place])):
            chosen = sorted(group)
            part, run = text[chosen[0] : chosen[-1] + 1], owners[chosen[0]]
            wide = run.width if run.text == part == " " else width(part, run.style)
            ordered.append(run._replace(text=part, rtl=directed.rtl, width=wide))
    return ordered


def _styled_runs(line: TextLine) -> Iterator[LineRun]:
    start = 0
    for number in range(1, len(line) + 1):
        if number < len(line) and _same_style(line[number], line[start]):
            continue
        part: Pieces = line[start:number]
        first = part[0]
        yield LineRun(line_text(part), first.style, line_width(part), dotted=first.dotted, link=first.link)
        if number < len(line) and line[number].space:
            yield LineRun(" ", first.style, line[number].space)
        start = number


def _same_style(one: TextPiece, other: TextPiece) -> bool:
    return one.style is other.style and one.dotted == other.dotted and one.link == other.link
