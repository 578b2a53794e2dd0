"""The topics, each with its place in the meeting."""

from __future__ import annotations

from functools import partial

from pipeline.reading.marks import describe_marks
from pipeline.recap import Topic
from pipeline.render import formatting
from pipeline.render.pdf import style
from pipeline.render.pdf.line_breaking import TextLine
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.section_table import (
    SectionTable,
    TableCell,
    TableRow,
    running_text,
)

_STRIP = (84.0, 3.2, 1.4)


def draw_topics(canvas: PageCanvas, topics: tuple[Topic, ...], duration: float) -> None:
    if not topics:
        return
    rows = []
    for number, topic in enumerate(topics):
        lines = running_text(topic.title, style.TOPIC_TITLE, style.TEXT_WIDTH)
        lines += running_text(topic.text, style.BODY, style.TEXT_WIDTH)
        if marks := describe_marks(topic):
            lines += running_text(marks, style.EVIDENCE, style.TEXT_WIDTH)
        seconds = formatting.duration(topic.end - topic.start) if topic.time is not None else ""
        length = running_text(seconds, style.VALUE_MID, style.NAME_WIDTH) if seconds else []
        ornament = partial(_draw_topic_strip, canvas, topic, f"topic{number}", duration)
        cells = [TableCell(style.LEFT, [TextLine(), *length]), TableCell(style.WHAT, lines)]
        rows.append(TableRow(cells, topic.time, ornament=ornament))
    SectionTable(canvas, "Topics", "topics", len(topics), gap=style.GRID, hair_rise=14.5).fill(rows)
    canvas.y += 3


def _draw_topic_strip(canvas: PageCanvas, topic: Topic, key: str, duration: float) -> None:
    """Show where in the meeting the topic is, and add it to the outline."""
    if topic.title:
        canvas.anchor(key, topic.title, 1)
    if duration <= 0 or topic.time is None:
        return
    wide, high, rise = _STRIP
    start = wide * min(1.0, max(0.0, topic.start / duration))
    end = wide * min(1.0, max(0.0, topic.end / duration))
    canvas.bar(style.LEFT, canvas.y + rise, wide, high, style.TRACK)
    canvas.bar(style.LEFT + min(start, wide - 0.6), canvas.y + rise, max(0.6, end - start), high, style.DARK)
