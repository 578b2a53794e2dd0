"""Who took part: talk time as bars, and who spoke when as lanes over the length of the recording."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.recap import Recap
from pipeline.render import composer, figures, style
from pipeline.render.people import People, Person, Span, name_cell
from pipeline.render.sections import Section
from pipeline.render.sheet import MARK, Sheet

_LANE = 292.0
_BAR = 58.0
_LEAST_BAR = 1.2
_LEAST_SPAN = 0.6
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


def merged_spans(spans: tuple[Span, ...], scale: float, least: float = _LEAST_SPAN) -> list[tuple[float, float]]:
    """Spans in points (`scale` points a second) from left to right: gaps below `least` closed, none narrower."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted((start * scale, end * scale) for start, end in spans if end > start):
        if merged and start - merged[-1][1] < least:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [(start, max(end, start + least)) for start, end in merged]


def draw_participants(sheet: Sheet, recap: Recap, people: People) -> None:
    """Draw the section: a row for each person, the decisions below them, and the time axis."""
    lanes = _lanes(people, recap)
    duration = max(recap.transcript.duration_seconds, 1e-3)
    section = Section(sheet, "Participants")
    section.begin(style.NORMAL.head + style.GRID)
    head = sheet.y + style.NORMAL.head
    sheet.text(style.WHAT, head, "Talk time", style.NOTE)
    sheet.text(_LANE, head, "Who spoke when", style.NOTE)
    most = max((lane.person.seconds for lane in lanes), default=0.0)
    total = sum(lane.person.seconds for lane in lanes)
    top = sheet.y + style.GRID - _RISE
    for lane in lanes:
        _draw_lane(sheet, lane, duration, most, total)
    if recap.summary.decisions:
        _draw_decisions(sheet, [point.start for point in recap.summary.decisions], duration)
    _draw_axis(sheet, duration)
    _link_strip(sheet, top, sheet.y + style.GRID, duration)


def _draw_lane(sheet: Sheet, lane: _Lane, duration: float, most: float, total: float) -> None:
    person = lane.person
    look = style.SPEAKER if lane.marked else style.NAME
    lines = name_cell(person, look, most=3)
    height = max(1, len(lines))
    if not sheet.fits((height - 1) * style.GRID):
        sheet.new_page()
    y = sheet.y
    colour, split = style.speaker_colour(person.number)
    if lane.marked:
        sheet.mark(y, person.number)
    for number, line in enumerate(lines):
        sheet.line(style.LEFT + style.NAME_INDENT, y - number * style.GRID, line)
    if most > 0 and person.seconds > 0:
        wide = max(_LEAST_BAR, _BAR * person.seconds / most)
        sheet.bar(style.WHAT, y + _RISE, wide, MARK, colour, split=split)
    sheet.text_right(_MINUTES_RIGHT, y, figures.clock(person.seconds), style.VALUE)
    if lane.marked:
        sheet.text_right(_SHARE_RIGHT, y, figures.share(person.seconds, total), style.VALUE_MID)
    _lane_line(sheet, y)
    _draw_spans(sheet, y, person, duration)
    sheet.down(height * style.GRID)


def _lane_line(sheet: Sheet, y: float) -> None:
    sheet.rule(y + _RISE + MARK / 2, _LANE, sheet.right, thick=0.35, colour=style.LANE_LINE)


def _draw_spans(sheet: Sheet, y: float, person: Person, duration: float) -> None:
    colour, split = style.speaker_colour(person.number)
    wide = sheet.right - _LANE
    for start, end in merged_spans(person.spans, wide / duration):
        begin = min(start, wide - _LEAST_SPAN)
        sheet.bar(_LANE + begin, y + _RISE, min(end, wide) - begin, MARK, colour, split=split)


def _draw_decisions(sheet: Sheet, moments: list[float], duration: float) -> None:
    sheet.text(style.LEFT + style.NAME_INDENT, sheet.y, "Decisions", style.NAME)
    _lane_line(sheet, sheet.y)
    for moment in moments:
        x = _LANE + min(1.0, moment / duration) * (sheet.right - _LANE)
        sheet.diamond(x, sheet.y + _RISE + MARK / 2, _DIAMOND)
    sheet.down(style.GRID)


def _draw_axis(sheet: Sheet, duration: float) -> None:
    """Moments below the lanes: the first flush left, the end flush right, the others centred."""
    wide = sheet.right - _LANE
    end = sheet.right - composer.width(figures.clock(duration, hours=sheet.hours), style.AXIS)
    for at in figures.axis_steps(duration):
        x = _LANE + wide * at / duration
        text = composer.width(figures.clock(at, hours=sheet.hours), style.AXIS)
        right = x + (text if at == 0 else text / 2)
        if at == 0 or (x < sheet.right - _AXIS_CLEAR and right < end - 2):
            sheet.time(right, sheet.y, at, style.AXIS)
    sheet.time(sheet.right, sheet.y, duration, style.AXIS)
    sheet.down(style.GRID)


def _link_strip(sheet: Sheet, top: float, bottom: float, duration: float) -> None:
    """Lay equal links over the lanes, each to the moment it begins at."""
    step = (sheet.right - _LANE) / _STRIP_LINKS
    if top <= bottom:
        return
    for number in range(_STRIP_LINKS):
        x = _LANE + number * step
        sheet.link_area(x, bottom + MARK + 4, x + step, top, duration * number / _STRIP_LINKS)
