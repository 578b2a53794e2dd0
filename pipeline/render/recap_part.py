"""The recap itself: title, date line, participants, overview, decisions, action items, questions, topics, quotes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pipeline.recap import ActionItem, Point, Recap, Topic
from pipeline.render import composer, faces, figures, style
from pipeline.render.composer import Line
from pipeline.render.languages import language_name
from pipeline.render.notices import NoticeLine
from pipeline.render.participants import draw_participants
from pipeline.render.people import People, Person, name_cell
from pipeline.render.sections import TABLE_LEAST, Cell, Heads, Row, Section, item, plain
from pipeline.render.sheet import Sheet
from pipeline.render.style import Density, Style

PRODUCT = "RealRecap"
NO_SUMMARY = "none"
_DOT = "\xa0\xa0\xa0·\xa0\xa0\xa0"
_NAME_X = style.LEFT + style.NAME_INDENT
_STRIP = (84.0, 3.2, 1.4)
_FOOT_NOTE = "Made with RealRecap from the recording. Times in red open it at that second."


@dataclass(frozen=True, slots=True)
class Plan:
    """What the fit of page 1 decided: how dense its sections are, and whether counts stand in the date line."""

    density: Density = style.NORMAL
    counts: bool = False


def draw_first_sections(sheet: Sheet, recap: Recap, people: People, notices: list[NoticeLine], plan: Plan) -> None:
    """Draw everything from the title to the open questions."""
    sheet.foot_note = _FOOT_NOTE if sheet.url else ""
    _draw_top(sheet, recap, people, plan)
    if recap.transcript.segments or people.all:
        draw_participants(sheet, recap, people)
    _draw_overview(sheet, recap, notices)
    summary = recap.summary
    # Absence is information, but only where somebody looked.
    stays = summary.engine != NO_SUMMARY or not recap.transcript.segments
    _draw_points(sheet, "Decisions", "decisions", summary.decisions, people, plan.density, stays=stays)
    _draw_actions(sheet, summary.action_items, people, plan.density, stays=stays)
    _draw_points(sheet, "Open questions", "questions", summary.questions, people, plan.density, stays=False)


def draw_later_sections(sheet: Sheet, recap: Recap, people: People) -> None:
    """Draw topics and quotes, where there are any."""
    _draw_topics(sheet, recap.summary.topics, recap.transcript.duration_seconds)
    _draw_quotes(sheet, recap.summary.quotes, people)


# The top of page 1


def _draw_top(sheet: Sheet, recap: Recap, people: People, plan: Plan) -> None:
    head = sheet.page.height - 42
    organisation = composer.cut_line(recap.organisation or PRODUCT, style.ORGANISATION, style.TITLE_WIDTH)
    sheet.anchor("recap", "Recap")
    sheet.text(style.LEFT, head, organisation, style.ORGANISATION)
    sheet.text_right(sheet.right, head, "Meeting recap", style.KIND)
    look, leading, lines = set_title(recap.title)
    cap = faces.face(look.face).cap_height / 1000 * look.size
    y = sheet.page.height - 70.9 - cap
    hang = 0.025 * look.size
    for number, line in enumerate(lines):
        sheet.display(style.LEFT - hang, y - number * leading, composer.text_of(line), look)
    duration = recap.transcript.duration_seconds
    red = Style(look.face, look.size, style.RED)
    wide = sheet.display(sheet.right, y, figures.clock(duration, hours=sheet.hours), red, flush_right=True)
    sheet.link(sheet.right - wide, y, sheet.right, look.size, 0.0)
    below = sheet.page.top - (y - (len(lines) - 1) * leading - 2 * style.GRID)
    sheet.y = sheet.page.top - style.HALF * -(-below // style.HALF)
    _draw_date_line(sheet, recap, people, plan)
    sheet.down(style.GRID)


def set_title(title: str) -> tuple[Style, float, list[Line]]:
    """The largest setting that the title fits in: its type, leading and lines; the smallest one ends in an ellipsis."""
    for size, leading, most in style.TITLES:
        look = Style(faces.DISPLAY, size)
        lines = composer.balanced(composer.words(title, look, style.TITLE_WIDTH), style.TITLE_WIDTH)
        if len(lines) <= most and not _cut_inside(lines):
            return look, leading, lines
    if len(lines) > most:
        last = composer.cut_off(composer.text_of(lines[most - 1]), look, style.TITLE_WIDTH)
        lines = [*lines[: most - 1], composer.word(last, look, style.TITLE_WIDTH)]
    return look, leading, lines


def _cut_inside(lines: list[Line]) -> bool:
    """Whether a word had to be cut."""
    return any(not piece.space for line in lines for piece in line)


def _draw_date_line(sheet: Sheet, recap: Recap, people: People, plan: Plan) -> None:
    when = figures.moment(recap.source.uploaded_at, recap.timezone)
    parts = [figures.date_and_time(when, weekday=True)] if when else []
    parts.append(figures.length(recap.transcript.duration_seconds))
    if people.all:
        parts.append(figures.counted(len(people.all), "person", "people"))
    if recap.transcript.segments and recap.transcript.language:
        parts.append(language_name(recap.transcript.language))
    end = sheet.text(style.LEFT, sheet.y, _DOT.join(parts), style.DATE_LINE)
    if plan.counts:
        _draw_counts(sheet, recap, end)


def _draw_counts(sheet: Sheet, recap: Recap, left: float) -> None:
    """Links to the sections that do not end on page 1, flush right, where there is room for them."""
    summary = recap.summary
    counts = [
        (len(summary.decisions), "decision", "decisions", "decisions"),
        (len(summary.action_items), "action item", "action items", "actions"),
        (len(summary.questions), "open question", "open questions", "questions"),
    ]
    texts = [(figures.counted(count, one, many), key) for count, one, many, key in counts if count]
    x = sheet.right - composer.width(", ".join(text for text, _ in texts), style.DATE_LINE)
    if x < left + style.GRID:
        return
    for number, (text, key) in enumerate(texts):
        end = sheet.text(x, sheet.y, text, style.DATE_LINE)
        sheet.canvas.linkRect("", key, (x, sheet.y - 3, end, sheet.y + 9), relative=0, thickness=0)
        x = sheet.text(end, sheet.y, ", ", style.DATE_LINE) if number < len(texts) - 1 else end


# Overview and notices


def _draw_overview(sheet: Sheet, recap: Recap, notices: list[NoticeLine]) -> None:
    """The overview in one paragraph, each point followed by its time, then the notices."""
    overview = recap.summary.overview
    if not overview and not notices:
        return
    section = Section(sheet, "In short" if overview else "Notices")
    section.begin(0)
    head = sheet.y + style.NORMAL.head
    sheet.y = head
    lines = composer.balanced(_overview_words(sheet, overview), style.OVERVIEW_WIDTH) if overview else []
    for line in lines:
        if not sheet.fits(0):
            sheet.new_page()
            head = sheet.y
        sheet.line(style.WHAT, sheet.y, line)
        sheet.down(style.OVERVIEW_LEADING)
    if lines and notices:
        sheet.down(3)
    for notice in notices:
        _draw_notice(sheet, notice)
    if sheet.y < head:
        sheet.y = head - style.HALF * -(-(head - sheet.y - 0.01) // style.HALF)


def _overview_words(sheet: Sheet, overview: tuple[Point, ...]) -> Line:
    pieces: Line = []
    for point in overview:
        said = composer.words(point.text, style.OVERVIEW, style.OVERVIEW_WIDTH)
        if pieces and said:
            said[0] = said[0]._replace(space=2 * said[0].space)
        pieces += said
        text = figures.clock(point.start, hours=sheet.hours)
        wide = composer.width(text, style.OVERVIEW_TIME)
        space = composer.width(" ", style.OVERVIEW)
        pieces.append(composer.Word(text, style.OVERVIEW_TIME, wide, space, link=point.start, bound=True))
    return pieces


def _draw_notice(sheet: Sheet, notice: NoticeLine) -> None:
    measure = sheet.right - style.WHAT
    pieces = composer.words(f"{notice.name}.", style.NOTICE_LEAD, measure)
    text = f"{notice.short} See the last page."
    pieces += composer.words(text, style.NOTICE, measure)
    for line in composer.ragged(pieces, measure):
        if not sheet.fits(0):
            sheet.new_page()
        sheet.line(style.WHAT, sheet.y, line)
        sheet.down(style.GRID)


# Decisions, questions, action items


def _who(person: Person | None) -> Cell:
    return Cell(_NAME_X, name_cell(person))


def _draw_points(
    sheet: Sheet,
    title: str,
    key: str,
    points: tuple[Point, ...],
    people: People,
    density: Density,
    *,
    stays: bool,
) -> None:
    """A section of who | text | time; without points it is left out, unless it `stays` to say so."""
    if not points:
        if stays:
            Section(sheet, title, key, density=density).begin_empty()
        return
    rows = []
    for point in points:
        person = people.speaker(point.speaker)
        lines = item(point.text, style.BODY, style.TEXT_WIDTH)
        mark = person.number if person else None
        rows.append(Row([_who(person), Cell(style.WHAT, lines)], point.start, mark, person is not None))
    Section(sheet, title, key, len(points), density).fill(rows)


def _draw_actions(
    sheet: Sheet, actions: tuple[ActionItem, ...], people: People, density: Density, *, stays: bool
) -> None:
    title, key = "Action items", "actions"
    if not actions:
        if stays:
            Section(sheet, title, key, density=density).begin_empty()
        return
    heads = Heads([(_NAME_X, "Owner"), (style.WHAT, "Task"), (style.DUE, "Due")], "Said at")
    rows = []
    for action in actions:
        person = people.owner(action.owner)
        task = item(action.text, style.BODY, style.TASK_WIDTH)
        due = composer.name_lines(action.due or "–", style.NAME, style.DUE_WIDTH, 3)
        cells = [_who(person), Cell(style.WHAT, task), Cell(style.DUE, due)]
        rows.append(Row(cells, action.start, person.number, marked=True))
    Section(sheet, title, key, len(actions), density, heads).fill(rows, least=TABLE_LEAST)


# Topics and quotes


def _draw_topics(sheet: Sheet, topics: tuple[Topic, ...], duration: float) -> None:
    if not topics:
        return
    rows = []
    for number, topic in enumerate(topics):
        lines = plain(topic.title, style.TOPIC_TITLE, style.TEXT_WIDTH)
        lines += plain(topic.text, style.BODY, style.TEXT_WIDTH)
        length = plain(figures.length(topic.end - topic.start), style.VALUE_MID, style.NAME_WIDTH)
        ornament = partial(_draw_topic_strip, sheet, topic, f"topic{number}", duration)
        cells = [Cell(style.LEFT, [[], *length]), Cell(style.WHAT, lines)]
        rows.append(Row(cells, topic.start, ornament=ornament))
    Section(sheet, "Topics", "topics", len(topics), gap=style.GRID, hair_rise=14.5).fill(rows)
    sheet.y += 3


def _draw_topic_strip(sheet: Sheet, topic: Topic, key: str, duration: float) -> None:
    """Show where in the meeting the topic lies, and enter it into the outline."""
    if topic.title:
        sheet.anchor(key, topic.title, 1)
    if duration <= 0:
        return
    wide, high, rise = _STRIP
    start = wide * min(1.0, max(0.0, topic.start / duration))
    end = wide * min(1.0, max(0.0, topic.end / duration))
    sheet.bar(style.LEFT, sheet.y + rise, wide, high, style.TRACK)
    sheet.bar(style.LEFT + min(start, wide - 0.6), sheet.y + rise, max(0.6, end - start), high, style.DARK)


def _draw_quotes(sheet: Sheet, quotes: tuple[Point, ...], people: People) -> None:
    if not quotes:
        return
    hang = composer.width("“", style.QUOTE)
    rows = []
    for quote in quotes:
        text = quote.text.strip('"“”„ ')
        lines = item(f"{text}”", style.QUOTE, style.TEXT_WIDTH)
        opening = Cell(style.WHAT - hang, [composer.words("“", style.QUOTE, style.TEXT_WIDTH)])
        person = people.speaker(quote.speaker)
        mark = person.number if person else None
        cells = [_who(person), opening, Cell(style.WHAT, lines)]
        rows.append(Row(cells, quote.start, mark, person is not None, style.OVERVIEW_LEADING))
    Section(sheet, "In their words", "quotes", hairlines=False, gap=9.75).fill(rows)
