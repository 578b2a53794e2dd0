"""The recap itself: title, date line, participants, overview, decisions, action items, questions, topics, quotes."""

from __future__ import annotations

from pipeline.reading.evidence import shown_lines
from pipeline.reading.people import People
from pipeline.recap import Point, Recap
from pipeline.render.letterhead import Letterhead
from pipeline.render.notices import PrintedNotice
from pipeline.render.pdf.overview import draw_overview
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.participants import draw_participants
from pipeline.render.pdf.points import draw_action_items, draw_points, draw_quotes
from pipeline.render.pdf.title_block import FirstPageLayout, draw_title_block
from pipeline.render.pdf.topics import draw_topics

NO_SUMMARY = "none"
_FOOT_NOTE = "Made with RealRecap from the recording. Times in red open it at that second."


def draw_first_sections(
    canvas: PageCanvas,
    recap: Recap,
    people: People,
    notices: list[PrintedNotice],
    layout: FirstPageLayout,
    letterhead: Letterhead,
) -> None:
    """Draw everything from the title to the open questions."""
    canvas.foot_note = _FOOT_NOTE if canvas.url else ""
    draw_title_block(canvas, recap, people, layout, letterhead)
    if recap.transcript.segments or people.all:
        draw_participants(canvas, recap, people)
    draw_overview(canvas, recap, notices)
    summary = recap.summary
    # an empty section is information, but only if a summary was made
    stays = summary.engine != NO_SUMMARY or not recap.transcript.segments
    segments = {one.id: one for one in recap.transcript.segments}

    def lines(point: Point) -> str:
        return shown_lines(point, segments)

    density = layout.density
    draw_points(canvas, "Decisions", "decisions", summary.decisions, people, density, lines, stays=stays)
    draw_action_items(canvas, summary.action_items, people, density, lines, stays=stays)
    draw_points(canvas, "Open questions", "questions", summary.questions, people, density, lines, stays=False)


def draw_later_sections(canvas: PageCanvas, recap: Recap, people: People) -> None:
    """Draw the topics and quotes, if any."""
    draw_topics(canvas, recap.summary.topics, recap.transcript.duration_seconds)
    draw_quotes(canvas, recap.summary.quotes, people)
