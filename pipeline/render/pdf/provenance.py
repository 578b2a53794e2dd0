"""Coverage and provenance: how much was transcribed, all warnings, and how the recap was made from which file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.reading.people import StartEnd
from pipeline.reading.provenance import describe_kind, name_reason, name_stage
from pipeline.recap import Coverage, FailedWindow, Recap
from pipeline.render import formatting
from pipeline.render.corrections import describe_corrections
from pipeline.render.notices import PrintedNotice
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.part_title import draw_part_title
from pipeline.render.pdf.section_table import TABLE_LEAST, ColumnHeads, SectionTable, TableCell, TableRow, running_text
from pipeline.render.pdf.spans import merge_spans
from pipeline.render.pdf.spellings import draw_spellings

_INTRO = "What this recap covers, how it was made, and how to check it."
_SUPPORT = "Every point above was matched to words in the transcript; points without support were left out."
_SPOKEN = "Every point above is quoted from the transcript, without hesitations and repeated words."
_BAR = (311.0, 6.0)
_VALUE_RIGHT = 34.2
_ROW = 16.25
_SETTINGS_X = 332.0


def draw_provenance(canvas: PageCanvas, recap: Recap, notices: list[PrintedNotice], attached: Sequence[str]) -> None:
    """Draw the whole part on a new page; `attached` are the names of the attached files."""
    canvas.new_page()
    draw_part_title(canvas, "Coverage and provenance", "provenance")
    summarised = recap.summary.overview or recap.summary.decisions or recap.summary.action_items
    support = _SPOKEN if recap.summary.engine == "extractive" else _SUPPORT
    with canvas.tagged("P"):
        for line in running_text(f"{_INTRO} {support}" if summarised else _INTRO, style.BODY, style.TEXT_WIDTH):
            canvas.line(style.WHAT, canvas.y, line)
            canvas.down(style.GRID)
    _draw_coverage(canvas, recap)
    _draw_warnings(canvas, notices)
    _draw_stages(canvas, recap)
    draw_spellings(canvas, recap)
    _draw_source(canvas, recap, attached)


# Coverage


def _draw_coverage(canvas: PageCanvas, recap: Recap) -> None:
    coverage = recap.coverage
    total = coverage.audio_seconds or recap.transcript.duration_seconds
    speech = recap.speech_spans or ((0.0, coverage.speech_seconds),)
    placed = bool(recap.speech_spans)
    gaps = coverage.not_transcribed
    not_read = (*gaps, *coverage.not_summarized)
    # stretches that the summary is known to lack are left white; if they are not known, the bar shows a share
    known = bool(coverage.not_summarized) or coverage.summarized_seconds >= coverage.speech_seconds - 0.5
    summarised = speech if known else ((0.0, coverage.summarized_seconds),)
    section = SectionTable(canvas, "Coverage", level=3)
    section.begin(style.NORMAL.head + 3 * _ROW)
    texts = canvas.element("L")
    figure = canvas.element("Figure", alt=_describe(coverage, total))
    # a bar that only shows a share has no positions, so nothing can be missing at one
    for name, seconds, spans, holes in (
        ("Recording", total, ((0.0, total),), gaps),
        ("Speech", coverage.speech_seconds, speech, gaps if placed else ()),
        ("Summarised", coverage.summarized_seconds, summarised, not_read if placed and known else ()),
    ):
        with canvas.inside(figure):
            _draw_bar(canvas, spans if seconds > 0 else (), holes, total)
        with canvas.inside(texts), canvas.tagged("LI"):
            with canvas.tagged("Lbl"):
                canvas.text(style.LEFT, canvas.y, name, style.VALUE)
            with canvas.tagged("LBody"):
                clock = formatting.clock(seconds, hours=canvas.hours)
                canvas.text_right(canvas.right - _VALUE_RIGHT, canvas.y, clock, style.VALUE_INK)
                canvas.text_right(canvas.right, canvas.y, formatting.percent(seconds, total), style.VALUE_MID)
        canvas.down(_ROW)
    with canvas.inside(texts), canvas.tagged("LI"):
        _draw_failed(canvas, coverage.failed_windows)


def _describe(coverage: Coverage, total: float) -> str:
    """The bars in words."""
    speech, summarised = (
        formatting.percent(seconds, total) for seconds in (coverage.speech_seconds, coverage.summarized_seconds)
    )
    return f"Bars over the length of the recording: {speech} is speech, {summarised} is summarised."


def _draw_bar(canvas: PageCanvas, spans: tuple[StartEnd, ...], gaps: tuple[FailedWindow, ...], total: float) -> None:
    """Spans of the recording on a track; gaps are left white."""
    wide, high = _BAR
    canvas.bar(style.WHAT, canvas.y, wide, high, style.TRACK)
    if total <= 0:
        return
    for start, end in merge_spans(spans, wide / total):
        begin = min(start, wide - 0.6)
        canvas.bar(style.WHAT + begin, canvas.y, min(end, wide) - begin, high, style.DARK)
    for start, end in merge_spans(tuple((gap.start, gap.end) for gap in gaps), wide / total):
        begin = min(start, wide - 0.6)
        canvas.bar(style.WHAT + begin, canvas.y, min(end, wide) - begin, high, style.WHITE)


def _draw_failed(canvas: PageCanvas, gaps: tuple[FailedWindow, ...]) -> None:
    with canvas.tagged("Lbl"):
        canvas.text(style.LEFT, canvas.y, "Failed windows", style.VALUE)
    with canvas.tagged("LBody"):
        _draw_gaps(canvas, gaps)


def _draw_gaps(canvas: PageCanvas, gaps: tuple[FailedWindow, ...]) -> None:
    if not gaps:
        canvas.text(style.WHAT, canvas.y, "none", style.VALUE)
        canvas.down(style.GRID)
    for gap in gaps:
        if not canvas.fits(0):
            canvas.new_page()
        text = formatting.clock(gap.end, hours=canvas.hours)
        with canvas.linked():
            x = canvas.text(style.WHAT, canvas.y, formatting.clock(gap.start, hours=canvas.hours), style.TIME)
            x = canvas.text(x, canvas.y, f"\xa0–\xa0{text}", style.TIME)
            canvas.link(style.WHAT, canvas.y, x, style.TIME.size, gap.start)
        reason = name_reason(gap.code)
        room = canvas.right - x - 8
        canvas.text(x + 8, canvas.y, line_breaking.truncate_to_width(reason, style.VALUE, room), style.VALUE)
        canvas.down(style.GRID)


# Warnings, steps, the file


def _draw_warnings(canvas: PageCanvas, notices: list[PrintedNotice]) -> None:
    if not notices:
        return
    rows = []
    for notice in notices:
        name = line_breaking.break_name(notice.name, style.SPEAKER, style.NAME_WIDTH + style.NAME_INDENT, 2)
        text = running_text(notice.full, style.BODY, style.TEXT_WIDTH)
        rows.append(TableRow([TableCell(style.LEFT, name), TableCell(style.WHAT, text)]))
    SectionTable(canvas, "Warnings", count=len(notices), level=3).fill(rows)


def _draw_stages(canvas: PageCanvas, recap: Recap) -> None:
    if not recap.stages:
        return
    heads = ColumnHeads([(style.LEFT, "Step"), (style.WHAT, "Engine and model"), (_SETTINGS_X, "Settings")], "Took")
    rows = []
    for stage in recap.stages:
        name = name_stage(stage.stage)
        took = formatting.elapsed(stage.seconds)
        took_x = canvas.right - line_breaking.width(took, style.VALUE)
        cells = [
            TableCell(style.LEFT, line_breaking.break_name(name, style.VALUE, 100, 2)),
            TableCell(style.WHAT, running_text(stage.engine, style.VALUE_INK, _SETTINGS_X - style.WHAT - 8)),
            TableCell(_SETTINGS_X, running_text(stage.settings, style.VALUE, canvas.right - _SETTINGS_X - 48)),
            TableCell(took_x, running_text(took, style.VALUE, 100)),
        ]
        rows.append(TableRow(cells))
    SectionTable(canvas, "How it was made", heads=heads, level=3).fill(rows, least=TABLE_LEAST)


def _draw_source(canvas: PageCanvas, recap: Recap, attached: Sequence[str]) -> None:
    source = recap.source
    rows = [("File", f"{source.filename}, {formatting.size(source.size_bytes)}, {describe_kind(source)}")]
    rows.insert(0, ("By hand", describe_corrections(recap)))
    when = formatting.parse_time(source.uploaded_at, recap.timezone)
    if when:
        rows.append(("Uploaded", f"{formatting.date_and_time(when)} ({when.tzinfo})"))
    rows.append(("SHA-256", " ".join(re.findall(".{1,8}", source.sha256))))
    rows.append(("Recap", recap.id))
    if attached:
        rows.append(("Attached files", f"{', '.join(attached)} (open the attachments of this PDF)"))
    measure = canvas.right - style.WHAT
    SectionTable(canvas, "The recording", level=3).fill(
        [
            TableRow(
                [
                    TableCell(style.LEFT, running_text(name, style.VALUE, style.NAME_WIDTH)),
                    TableCell(style.WHAT, running_text(value, style.VALUE_INK, measure)),
                ]
            )
            for name, value in rows
            if value
        ]
    )
