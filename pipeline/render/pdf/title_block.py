"""The top of page 1: title, length, date line and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.languages import language_name, list_spoken
from pipeline.reading.draft import is_draft
from pipeline.reading.people import People
from pipeline.recap import Recap
from pipeline.render import PRODUCT, formatting
from pipeline.render.letterhead import Letterhead
from pipeline.render.meeting import describe_date
from pipeline.render.pdf import fonts, line_breaking, style
from pipeline.render.pdf.line_breaking import TextLine
from pipeline.render.pdf.meeting_details import draw_details
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.page_head import draw_page_head
from pipeline.render.pdf.style import Density, TextStyle

MOST_LANGUAGES = 3
_DOT = "\xa0\xa0\xa0·\xa0\xa0\xa0"


@dataclass(frozen=True, slots=True)
class FirstPageLayout:
    """The layout of page 1: how dense its sections are, and whether the date line has counts."""

    density: Density = style.NORMAL
    counts: bool = False


def draw_title_block(
    canvas: PageCanvas, recap: Recap, people: People, layout: FirstPageLayout, letterhead: Letterhead
) -> None:
    canvas.anchor("recap", "Recap")
    draw_page_head(canvas, recap.organisation or PRODUCT, "Meeting recap", letterhead, is_draft=is_draft(recap))
    text_style, leading, lines = set_title(recap.title)
    y = draw_title(canvas, text_style, leading, lines)
    duration = recap.transcript.duration_seconds
    red = TextStyle(text_style.font, text_style.size, style.RED)
    with canvas.tagged("P"), canvas.linked():
        wide = canvas.display(canvas.right, y, formatting.clock(duration, hours=canvas.hours), red, flush_right=True)
        canvas.link(canvas.right - wide, y, canvas.right, text_style.size, 0.0)
    go_below_title(canvas, y - (len(lines) - 1) * leading)
    _draw_date_line(canvas, recap, people, layout)
    draw_details(canvas, recap.details)
    canvas.down(style.GRID)


def draw_title(canvas: PageCanvas, text_style: TextStyle, leading: float, lines: list[TextLine]) -> float:
    """Draw the title of the document; returns the baseline of its first line."""
    cap = fonts.load_font(text_style.font).cap_height / 1000 * text_style.size
    y = canvas.page.height - 70.9 - cap
    hang = 0.025 * text_style.size
    with canvas.tagged("H1"):
        for number, line in enumerate(lines):
            canvas.display(style.LEFT - hang, y - number * leading, line_breaking.line_text(line), text_style)
    return y


def go_below_title(canvas: PageCanvas, last: float) -> None:
    """Move to the line of facts, on the half grid below the title's last baseline."""
    below = canvas.page.top - (last - 2 * style.GRID)
    canvas.y = canvas.page.top - style.HALF * -(-below // style.HALF)


def set_title(title: str) -> tuple[TextStyle, float, list[TextLine]]:
    """The largest style in which the title fits, its leading and lines; in the smallest it may end in an ellipsis."""
    for size, leading, most in style.TITLES:
        text_style = TextStyle(fonts.DISPLAY, size)
        lines = line_breaking.break_balanced(
            line_breaking.set_words(title, text_style, style.TITLE_WIDTH), style.TITLE_WIDTH
        )
        if len(lines) <= most and not _cut_inside(lines):
            return text_style, leading, lines
    if len(lines) > most:
        last = line_breaking.truncate(line_breaking.line_text(lines[most - 1]), text_style, style.TITLE_WIDTH)
        lines = [*lines[: most - 1], TextLine(line_breaking.set_word(last, text_style, style.TITLE_WIDTH))]
    return text_style, leading, lines


def _cut_inside(lines: list[TextLine]) -> bool:
    """Whether a word had to be cut."""
    return any(piece.cut for line in lines for piece in line)


def _draw_date_line(canvas: PageCanvas, recap: Recap, people: People, layout: FirstPageLayout) -> None:
    parts = [part for part in (describe_date(recap), formatting.duration(recap.transcript.duration_seconds)) if part]
    if people.all:
        parts.append(formatting.pluralize(len(people.all), "person", "people"))
    if recap.transcript.segments and recap.transcript.language:
        parts.append(_name_languages(list_spoken(recap.transcript)))
    with canvas.tagged("P"):
        end = canvas.text(style.LEFT, canvas.y, _DOT.join(parts), style.DATE_LINE)
    if layout.counts:
        _draw_counts(canvas, recap, end)


def _name_languages(codes: Sequence[str]) -> str:
    """The names of the languages, the first ones only where there are many."""
    names = [language_name(code) for code in codes]
    if len(names) > MOST_LANGUAGES:
        names = [*names[: MOST_LANGUAGES - 1], f"{len(names) - MOST_LANGUAGES + 1} more languages"]
    return ", ".join(names)


def _draw_counts(canvas: PageCanvas, recap: Recap, left: float) -> None:
    """Links to the sections, flush right, if there is room for them."""
    summary = recap.summary
    counts = [
        (len(summary.decisions), "decision", "decisions", "decisions"),
        (len(summary.action_items), "action item", "action items", "actions"),
        (len(summary.questions), "open question", "open questions", "questions"),
    ]
    texts = [(formatting.pluralize(count, one, many), key) for count, one, many, key in counts if count]
    x = canvas.right - line_breaking.width(", ".join(text for text, _ in texts), style.DATE_LINE)
    if x < left + style.GRID:
        return
    with canvas.tagged("P"):
        for number, (text, key) in enumerate(texts):
            x = canvas.link_inside(key, text, x, style.DATE_LINE)
            if number < len(texts) - 1:
                x = canvas.text(x, canvas.y, ", ", style.DATE_LINE)
