"""Coverage and provenance: how much was heard, what to be wary of, and what made the recap from which file."""

from __future__ import annotations

import re

from pipeline.recap import NOT_SUMMARIZED, FailedWindow, Recap, Source
from pipeline.render import composer, figures, style
from pipeline.render.notices import NoticeLine
from pipeline.render.participants import merged_spans
from pipeline.render.people import Span
from pipeline.render.sections import TABLE_LEAST, Cell, Heads, Row, Section, plain
from pipeline.render.sheet import Sheet
from pipeline.render.transcript_part import begin_part

_INTRO = "What was heard, what made this recap, and how to check it."
_SUPPORT = "Every point above was matched to words in the transcript; points without support were left out."
_SPOKEN = "Every point above is a sentence of the transcript, as it was spoken."
_BAR = (311.0, 6.0)
_VALUE_RIGHT = 34.2
_ROW = 16.25
_SETTINGS_X = 332.0
_STAGES = {
    "prepare": "Decode",
    "transcribe": "Transcribe",
    "diarize": "Speakers",
    "summary": "Summarise",
}
_REASONS = {
    "no_words": "somebody speaks, but no words were made out",
    "repetition": "the words repeat themselves",
    "low_confidence": "too unclear to rely on",
    NOT_SUMMARIZED: "in the transcript, but not in the summary",
}


def draw_provenance(sheet: Sheet, recap: Recap, notices: list[NoticeLine]) -> None:
    """Draw the whole part on a new page."""
    sheet.new_page()
    begin_part(sheet, "Coverage and provenance", "provenance")
    summarised = recap.summary.overview or recap.summary.decisions or recap.summary.action_items
    support = _SPOKEN if recap.summary.engine == "extractive" else _SUPPORT
    for line in plain(f"{_INTRO} {support}" if summarised else _INTRO, style.BODY, style.TEXT_WIDTH):
        sheet.line(style.WHAT, sheet.y, line)
        sheet.down(style.GRID)
    _draw_coverage(sheet, recap)
    _draw_warnings(sheet, notices)
    _draw_stages(sheet, recap)
    _draw_source(sheet, recap)


# Coverage


def _draw_coverage(sheet: Sheet, recap: Recap) -> None:
    coverage = recap.coverage
    total = coverage.audio_seconds or recap.transcript.duration_seconds
    speech = recap.speech_spans or ((0.0, coverage.speech_seconds),)
    placed = bool(recap.speech_spans)
    gaps = coverage.not_transcribed
    # where it is known which stretches the summary lacks, they are left white; else the bar shows a share
    known = bool(coverage.not_summarized) or coverage.summarized_seconds >= coverage.speech_seconds - 0.5
    summarised = speech if known else ((0.0, coverage.summarized_seconds),)
    section = Section(sheet, "Coverage")
    section.begin(style.NORMAL.head + 3 * _ROW)
    # A bar that only shows a share has no places, so nothing is missing from it at one.
    for name, seconds, spans, holes in (
        ("Recording", total, ((0.0, total),), gaps),
        ("Speech", coverage.speech_seconds, speech, gaps if placed else ()),
        ("Summarised", coverage.summarized_seconds, summarised, coverage.failed_windows if placed and known else ()),
    ):
        sheet.text(style.LEFT, sheet.y, name, style.VALUE)
        _draw_bar(sheet, spans if seconds > 0 else (), holes, total)
        sheet.text_right(
            sheet.right - _VALUE_RIGHT, sheet.y, figures.clock(seconds, hours=sheet.hours), style.VALUE_INK
        )
        sheet.text_right(sheet.right, sheet.y, figures.share(seconds, total), style.VALUE_MID)
        sheet.down(_ROW)
    _draw_failed(sheet, coverage.failed_windows)


def _draw_bar(sheet: Sheet, spans: tuple[Span, ...], gaps: tuple[FailedWindow, ...], total: float) -> None:
    """Stretches of the recording on a track; what failed is left white."""
    wide, high = _BAR
    sheet.bar(style.WHAT, sheet.y, wide, high, style.TRACK)
    if total <= 0:
        return
    for start, end in merged_spans(spans, wide / total):
        begin = min(start, wide - 0.6)
        sheet.bar(style.WHAT + begin, sheet.y, min(end, wide) - begin, high, style.DARK)
    for start, end in merged_spans(tuple((gap.start, gap.end) for gap in gaps), wide / total):
        begin = min(start, wide - 0.6)
        sheet.bar(style.WHAT + begin, sheet.y, min(end, wide) - begin, high, style.WHITE)


def _draw_failed(sheet: Sheet, gaps: tuple[FailedWindow, ...]) -> None:
    sheet.text(style.LEFT, sheet.y, "Failed windows", style.VALUE)
    if not gaps:
        sheet.text(style.WHAT, sheet.y, "none", style.VALUE)
        sheet.down(style.GRID)
    for gap in gaps:
        if not sheet.fits(0):
            sheet.new_page()
        text = figures.clock(gap.end, hours=sheet.hours)
        x = sheet.text(style.WHAT, sheet.y, figures.clock(gap.start, hours=sheet.hours), style.TIME)
        x = sheet.text(x, sheet.y, f"\xa0–\xa0{text}", style.TIME)
        sheet.link(style.WHAT, sheet.y, x, style.TIME.size, gap.start)
        reason = _REASONS.get(gap.code, gap.code.replace("_", " "))
        room = sheet.right - x - 8
        sheet.text(x + 8, sheet.y, composer.cut_line(reason, style.VALUE, room), style.VALUE)
        sheet.down(style.GRID)


# Warnings, steps, the file


def _draw_warnings(sheet: Sheet, notices: list[NoticeLine]) -> None:
    if not notices:
        return
    rows = []
    for notice in notices:
        name = composer.name_lines(notice.name, style.SPEAKER, style.NAME_WIDTH + style.NAME_INDENT, 2)
        text = plain(notice.full, style.BODY, style.TEXT_WIDTH)
        rows.append(Row([Cell(style.LEFT, name), Cell(style.WHAT, text)]))
    Section(sheet, "Warnings", count=len(notices)).fill(rows)


def _draw_stages(sheet: Sheet, recap: Recap) -> None:
    if not recap.stages:
        return
    heads = Heads([(style.LEFT, "Step"), (style.WHAT, "Engine and model"), (_SETTINGS_X, "Settings")], "Took")
    rows = []
    for stage in recap.stages:
        name = _STAGES.get(stage.stage, stage.stage.replace("_", " ").capitalize())
        took = figures.took(stage.seconds)
        took_x = sheet.right - composer.width(took, style.VALUE)
        cells = [
            Cell(style.LEFT, composer.name_lines(name, style.VALUE, 100, 2)),
            Cell(style.WHAT, plain(stage.engine, style.VALUE_INK, _SETTINGS_X - style.WHAT - 8)),
            Cell(_SETTINGS_X, plain(stage.settings, style.VALUE, sheet.right - _SETTINGS_X - 48)),
            Cell(took_x, plain(took, style.VALUE, 100)),
        ]
        rows.append(Row(cells))
    Section(sheet, "How it was made", heads=heads).fill(rows, least=TABLE_LEAST)


def _draw_source(sheet: Sheet, recap: Recap) -> None:
    source = recap.source
    rows = [("File", f"{source.filename}, {figures.size(source.size_bytes)}, {_format(source)}")]
    when = figures.moment(source.uploaded_at, recap.timezone)
    if when:
        rows.append(("Uploaded", f"{figures.date_and_time(when)} ({when.tzinfo})"))
    rows.append(("SHA-256", " ".join(re.findall(".{1,8}", source.sha256))))
    rows.append(("Recap", recap.id))
    measure = sheet.right - style.WHAT
    Section(sheet, "The recording").fill(
        [
            Row(
                [
                    Cell(style.LEFT, plain(name, style.VALUE, style.NAME_WIDTH)),
                    Cell(style.WHAT, plain(value, style.VALUE_INK, measure)),
                ]
            )
            for name, value in rows
            if value
        ]
    )


def _format(source: Source) -> str:
    """The container and, where it says more, the codec."""
    container, codec = source.container.upper(), source.codec.upper()
    return f"{container} with {codec}" if codec and codec != container else container
