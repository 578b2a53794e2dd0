"""The transcript: each turn as name | text | time, topic titles between them, uncertain words in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.recap import Recap, Topic
from pipeline.render import composer, style
from pipeline.render.composer import Line
from pipeline.render.people import UNKNOWN, People, Person, name_cell
from pipeline.render.sheet import Sheet
from pipeline.render.turns import BREAK_TOLERANCE, Paragraph, SpokenTurn, spoken_turns

_TITLE_DROP = 9.75
_TITLE_HEIGHT = 39.0
_RULE_RISE = 10.0
_TOPIC_RULE = 13.6
_TOPIC_HEIGHT = 26.0
_UNSURE_DROP = 10.0
_UNSPLIT = 3
_NAME_X = style.LEFT + style.NAME_INDENT


def begin_part(sheet: Sheet, title: str, key: str) -> float:
    """Draw a part's title below the cursor (on a page of its own, unless the caller stays); returns its baseline."""
    if sheet.fresh:
        sheet.part = title
    else:
        sheet.down(style.GRID)
    sheet.rule(sheet.y + _RULE_RISE, style.LEFT, sheet.right)
    sheet.anchor(key, title)
    baseline = sheet.y - _TITLE_DROP
    sheet.display(style.LEFT, baseline, title, style.PART_TITLE)
    sheet.down(_TITLE_HEIGHT)
    return baseline


@dataclass(slots=True)
class _Place:
    """A paragraph on its way to the page: its lines, how many are drawn, and whether its turn began before it."""

    turn: SpokenTurn
    paragraph: Paragraph
    lines: list[Line]
    person: Person | None
    first: bool
    done: int = 0

    @property
    def left(self) -> int:
        """The lines still to be drawn."""
        return len(self.lines) - self.done

    def at(self) -> float:
        """The moment of the next line."""
        if not self.done:
            return self.paragraph.start
        word = self.lines[self.done][0]
        return word.at if word.at is not None else self.paragraph.start


class TranscriptPart:
    """Draws the transcript of a recap from the cursor of a sheet on."""

    def __init__(self, sheet: Sheet, recap: Recap, people: People) -> None:
        self.sheet = sheet
        self.recap = recap
        self.people = people
        self.topics: list[Topic] = sorted(recap.summary.topics, key=lambda topic: topic.start)
        self.turns = list(spoken_turns(recap.transcript.segments, [topic.start for topic in self.topics]))

    def draw(self) -> None:
        """Draw title, legend and all turns."""
        baseline = begin_part(self.sheet, "Transcript", "transcript")
        self._draw_legend(baseline)
        if not self.turns:
            self.sheet.text(style.WHAT, self.sheet.y, "No words were heard.", style.CONTINUED)
            self.sheet.down(style.GRID)
        for turn in self.turns:
            self._draw_turn(turn)

    def _draw_legend(self, y: float) -> None:
        x = style.WHAT
        doubted = any(
            token.uncertain
            for turn in self.turns
            if not turn.unsure
            for paragraph in turn.paragraphs
            for token in paragraph.tokens
        )
        if doubted:
            example = composer.width("Uncertain words", style.LEGEND)
            word = composer.Word("Uncertain words", style.LEGEND, example, 0.0, dotted=True)
            self.sheet.line(x, y, [word])
            x = self.sheet.text(x + example, y, " look like this: listen before you quote them. ", style.LEGEND)
        if self.sheet.url and self.turns:
            x = self.sheet.text(x, y, "A ", style.LEGEND)
            x = self.sheet.text(x, y, "red", style.LEGEND_RED)
            self.sheet.text(x, y, " time opens the recording.", style.LEGEND)

    def _draw_turn(self, turn: SpokenTurn) -> None:
        person = self.people.speaker(turn.speaker)
        if person is None and self.people.all:
            person = Person(UNKNOWN, None)
        for number, paragraph in enumerate(turn.paragraphs):
            lines = composer.ragged(self._words(paragraph, plain=turn.unsure), style.TEXT_WIDTH)
            place = _Place(turn, paragraph, lines, person, first=number == 0)
            self._draw_topics_before(place)
            self._draw_paragraph(place)

    def _words(self, paragraph: Paragraph, *, plain: bool) -> Line:
        pieces: Line = []
        for token in paragraph.tokens:
            dotted = token.uncertain and not plain
            look = style.UNCERTAIN if dotted else style.BODY
            pieces += composer.word(composer.curl(token.text), look, style.TEXT_WIDTH, dotted=dotted, at=token.at)
        return pieces

    def _draw_topics_before(self, place: _Place) -> None:
        """Titles of the topics that begin with this paragraph or since the one before it."""
        due: list[Topic] = []
        while self.topics and self.topics[0].start <= place.paragraph.start + BREAK_TOLERANCE:
            due.append(self.topics.pop(0))
        for topic in due:
            if topic.title:
                self._draw_topic(topic, min(3, len(place.lines)))

    def _draw_topic(self, topic: Topic, following: int) -> None:
        sheet = self.sheet
        lines = composer.ragged(composer.words(topic.title, style.TOPIC_TITLE, style.TEXT_WIDTH), style.TEXT_WIDTH)
        more = (len(lines) - 1) * style.GRID
        if not sheet.fresh and not sheet.fits(_TOPIC_HEIGHT + more + (max(3, following) - 1) * style.GRID):
            sheet.new_page()
        if sheet.fresh:
            y = sheet.y
            sheet.down(style.GRID + more + 3.6)
        else:
            y = sheet.y - _TITLE_DROP
            sheet.rule(y + _TOPIC_RULE, style.WHAT, sheet.right, thick=0.35, colour=style.MID)
            sheet.down(_TOPIC_HEIGHT + more)
        for number, line in enumerate(lines):
            sheet.line(style.WHAT, y - number * style.GRID, line)

    def _draw_paragraph(self, place: _Place) -> None:
        """Up to three lines stay together; longer ones leave at least two and take at least two over."""
        sheet = self.sheet
        names = name_cell(place.person, style.SPEAKER) if place.first else []
        if len(names) > max(1, sheet.room()):
            sheet.new_page()
        while place.left:
            room = sheet.room()
            if place.left <= room:
                count = place.left
            elif place.left <= _UNSPLIT:
                count = 0
            else:
                count = min(room, place.left - 2) if min(room, place.left - 2) >= 2 else 0
            if count or sheet.fresh:
                self._draw_lines(place, names, count or place.left)
            if place.left:
                sheet.new_page()

    def _draw_lines(self, place: _Place, names: Sequence[Line], count: int) -> None:
        sheet = self.sheet
        start = place.at()
        self._draw_name(place, names)
        for number in range(count):
            sheet.line(style.WHAT, sheet.y - number * style.GRID, place.lines[place.done + number])
        sheet.time(sheet.right, sheet.y, start)
        place.done += count
        end = place.paragraph.end if not place.left else place.at()
        first = sheet.page_times[0] if sheet.page_times else start
        sheet.page_times = (first, max(first, end))
        height = count * style.GRID
        if place.first and place.done == count:
            unsure = style.HALF if place.turn.unsure and place.person else 0.0
            height = max(height, len(names) * style.GRID + unsure)
        sheet.down(height + style.HALF)

    def _draw_name(self, place: _Place, names: Sequence[Line]) -> None:
        """The name where a turn begins; again, in grey, at the top of a page on which it goes on."""
        sheet = self.sheet
        if place.person is None:
            return
        if place.first and not place.done:
            sheet.mark(sheet.y, place.person.number)
            for number, line in enumerate(names):
                sheet.line(_NAME_X, sheet.y - number * style.GRID, line)
            if place.turn.unsure:
                y = sheet.y - (len(names) - 1) * style.GRID - _UNSURE_DROP
                sheet.text(_NAME_X, y, "unsure", style.NOTE)
        elif sheet.fresh:
            sheet.mark(sheet.y, place.person.number)
            name = composer.cut_line(place.person.name, style.SPEAKER_AGAIN, style.NAME_WIDTH)
            sheet.text(_NAME_X, sheet.y, name, style.SPEAKER_AGAIN)
