"""The participants: their talk time as bars, and who spoke when as lanes over the length of the recording."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.reading.people import People, Person
from pipeline.recap import Recap
from pipeline.render import formatting
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.name_cell import name_cell
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.section_table import SectionTable
from pipeline.render.pdf.spans import LEAST_SPAN, merge_spans
from pipeline.render.pdf.structure import Element
from pipeline.render.pdf.text_canvas import MARK_SIZE

_LANE = 292.0
_BAR = 58.0
_LEAST_BAR = 1.2
_MINUTES_RIGHT = 246.0
_SHARE_RIGHT = 275.5
_RISE = 0.6
_MOST_LANES = 8
_STRIP_LINKS = 48
_AXIS_CLEAR = 30.0
_DIAMOND = 6.0


@dataclass(frozen=True, slots=True)
class _Lane:
    """One row: a person, or several who share a lane."""

    person: Person
    marked: bool = True


def _lanes(people: People, recap: Recap) -> list[_Lane]:
    if not people.all:
        spans = recap.speech_spans or tuple((one.start, one.end) for one in recap.transcript.segments)
        seconds = recap.coverage.speech_seconds or sum(end - start for start, end in spans)
        return [_Lane(Person("Speech", None, seconds, spans), marked=False)]
    if len(people.all) <= _MOST_LANES:
        return [_Lane(person) for person in people.all]
    busiest = sorted(people.all, key=lambda person: -person.seconds)[: _MOST_LANES - 1]
    named = [person for person in people.all if person in busiest]
    others = [person for person in people.all if person not in busiest]
    spans = tuple(sorted(span for person in others for span in person.spans))
    rest = Person(f"and {len(others)} others", None, sum(person.seconds for person in others), spans)
    return [*(_Lane(person) for person in named), _Lane(rest)]


def draw_participants(canvas: PageCanvas, recap: Recap, people: People) -> None:
    """Draw the section: a row for each person, the decisions below them, and the time axis."""
    lanes = _lanes(people, recap)
    duration = max(recap.transcript.duration_seconds, 1e-3)
    section = SectionTable(canvas, "Participants")
    section.begin(style.NORMAL.head + style.GRID)
    head = canvas.y + style.NORMAL.head
    for x, text in ((style.WHAT, "Talk time"), (_LANE, "Who spoke when")):
        with canvas.tagged("P"):
            canvas.text(x, head, text, style.NOTE)
    most = max((lane.person.seconds for lane in lanes), default=0.0)
    total = sum(lane.person.seconds for lane in lanes)
    top = canvas.y + style.GRID - _RISE
    people_list = canvas.element("L")
    figure = canvas.element("Figure", alt=_describe(lanes, total))
    for lane in lanes:
        _draw_lane(canvas, lane, duration, most, total, (people_list, figure))
    with canvas.inside(figure):
        if recap.summary.decisions:
            _draw_decisions(
                canvas, [point.start for point in recap.summary.decisions if point.time is not None], duration
            )
        _draw_axis(canvas, duration)
        _link_strip(canvas, top, canvas.y + style.GRID, duration)


def _describe(lanes: list[_Lane], total: float) -> str:
    """The figure in words."""
    shares = [f"{lane.person.name} {formatting.percent(lane.person.seconds, total)}" for lane in lanes]
    return f"Bars of talk time, and when each person spoke: {', '.join(shares)}."


def _draw_lane(
    canvas: PageCanvas, lane: _Lane, duration: float, most: float, total: float, parts: tuple[Element, Element]
) -> None:
    """Draw one row: the texts in the list, the bars in the figure (`parts`)."""
    people_list, figure = parts
    person = lane.person
    text_style = style.SPEAKER if lane.marked else style.NAME
    lines = name_cell(person, text_style, most=3)
    height = max(1, len(lines))
    if not canvas.fits((height - 1) * style.GRID):
        canvas.new_page()
    y = canvas.y
    colour, split = style.speaker_colour(person.number)
    if lane.marked:
        canvas.mark(y, person.number)
    with canvas.inside(people_list), canvas.tagged("LI"):
        with canvas.tagged("Lbl"):
            for number, line in enumerate(lines):
                canvas.line(style.LEFT + style.NAME_INDENT, y - number * style.GRID, line)
        with canvas.tagged("LBody"):
            canvas.text_right(_MINUTES_RIGHT, y, formatting.clock(person.seconds), style.VALUE)
            if lane.marked:
                canvas.text_right(_SHARE_RIGHT, y, formatting.percent(person.seconds, total), style.VALUE_MID)
    with canvas.inside(figure):
        if most > 0 and person.seconds > 0:
            wide = max(_LEAST_BAR, _BAR * person.seconds / most)
            canvas.bar(style.WHAT, y + _RISE, wide, MARK_SIZE, colour, split=split)
        _lane_line(canvas, y)
        _draw_spans(canvas, y, person, duration)
    canvas.down(height * style.GRID)


def _lane_line(canvas: PageCanvas, y: float) -> None:
    canvas.rule(y + _RISE + MARK_SIZE / 2, _LANE, canvas.right, thick=0.35, colour=style.LANE_LINE)


def _draw_spans(canvas: PageCanvas, y: float, person: Person, duration: float) -> None:
    colour, split = style.speaker_colour(person.number)
    wide = canvas.right - _LANE
    for start, end in merge_spans(person.spans, wide / duration):
        begin = min(start, wide - LEAST_SPAN)
        canvas.bar(_LANE + begin, y + _RISE, min(end, wide) - begin, MARK_SIZE, colour, split=split)


def _draw_decisions(canvas: PageCanvas, moments: list[float], duration: float) -> None:
    canvas.text(style.LEFT + style.NAME_INDENT, canvas.y, "Decisions", style.NAME)
    _lane_line(canvas, canvas.y)
    for moment in moments:
        x = _LANE + min(1.0, moment / duration) * (canvas.right - _LANE)
        canvas.diamond(x, canvas.y + _RISE + MARK_SIZE / 2, _DIAMOND)
    canvas.down(style.GRID)


def _draw_axis(canvas: PageCanvas, duration: float) -> None:
    """Times below the lanes: the first flush left, the end flush right, the others centred."""
    wide = canvas.right - _LANE
    end = canvas.right - line_breaking.width(formatting.clock(duration, hours=canvas.hours), style.AXIS)
    for at in formatting.axis_steps(duration):
        x = _LANE + wide * at / duration
        text = line_breaking.width(formatting.clock(at, hours=canvas.hours), style.AXIS)
        right = x + (text if at == 0 else text / 2)
        if at == 0 or (x < canvas.right - _AXIS_CLEAR and right < end - 2):
            canvas.time(right, canvas.y, at, style.AXIS)
    canvas.time(canvas.right, canvas.y, duration, style.AXIS)
    canvas.down(style.GRID)


def _link_strip(canvas: PageCanvas, top: float, bottom: float, duration: float) -> None:
    """Lay equal links over the lanes, each to the second at which it begins."""
    step = (canvas.right - _LANE) / _STRIP_LINKS
    if top <= bottom:
        return
    for number in range(_STRIP_LINKS):
        x = _LANE + number * step
        canvas.link_area(x, bottom + MARK_SIZE + 4, x + step, top, duration * number / _STRIP_LINKS)
