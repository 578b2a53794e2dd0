"""The transcript: each turn as name | text | time, topic titles between them, uncertain words in grey."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.reading.people import UNKNOWN, People, Person
from pipeline.reading.view import BREAK_TOLERANCE, Paragraph, ReadingTurn, ReadingView
from pipeline.reading.words import TextRun
from pipeline.recap import Topic
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.break_points import split_word
from pipeline.render.pdf.line_breaking import Pieces, TextLine
from pipeline.render.pdf.name_cell import name_cell
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.part_title import TITLE_DROP, draw_part_title

_TOPIC_RULE = 13.6
_TOPIC_HEIGHT = 26.0
_UNSURE_DROP = 10.0
_UNSPLIT = 3
_NAME_X = style.LEFT + style.NAME_INDENT


@dataclass(slots=True)
class _ParagraphProgress:
    """A paragraph being drawn: its lines, how many are drawn, and whether it is the first of its turn."""

    turn: ReadingTurn
    paragraph: Paragraph
    lines: list[TextLine]
    person: Person | None
    first: bool
    done: int = 0

    @property
    def left(self) -> int:
        """The lines still to be drawn."""
        return len(self.lines) - self.done

    def at(self) -> float:
        """The second at which the next line begins."""
        if not self.done:
            return self.paragraph.start
        word = self.lines[self.done][0]
        return word.at if word.at is not None else self.paragraph.start


class TranscriptPart:
    """Draws the transcript of a recap from the cursor of a canvas on, with the titles of its topics."""

    def __init__(self, canvas: PageCanvas, view: ReadingView, topics: Iterable[Topic], people: People) -> None:
        self.canvas = canvas
        self.view = view
        self.people = people
        self.topics: list[Topic] = sorted(
            (topic for topic in topics if topic.time is not None), key=lambda topic: topic.start
        )

    def draw(self) -> None:
        """Draw title, legend and all turns."""
        baseline = draw_part_title(self.canvas, "Transcript", "transcript")
        with self.canvas.tagged("P"):
            self._draw_legend(baseline)
        if not self.view.turns:
            with self.canvas.tagged("P"):
                self.canvas.text(style.WHAT, self.canvas.y, "No words were recognized.", style.CONTINUED)
            self.canvas.down(style.GRID)
        for turn in self.view.turns:
            self._draw_turn(turn)

    def _draw_legend(self, y: float) -> None:
        x = style.WHAT
        if self.view.has_marked_words:
            example = line_breaking.width("Uncertain words", style.LEGEND)
            word = line_breaking.TextPiece("Uncertain words", style.LEGEND, example, 0.0, dotted=True)
            self.canvas.line(x, y, TextLine([word]))
            x = self.canvas.text(x + example, y, " look like this: listen before you quote them. ", style.LEGEND)
        if self.canvas.url and self.view.turns:
            x = self.canvas.text(x, y, "A ", style.LEGEND)
            x = self.canvas.text(x, y, "red", style.LEGEND_RED)
            self.canvas.text(x, y, " time opens the recording.", style.LEGEND)
        if self.view.has_spelled_words:
            below = y - style.GRID
            x = self.canvas.text(style.WHAT, below, "Words in italics", style.LEGEND_SPELLED)
            self.canvas.text(x, below, " are spelled by the vocabulary: see Provenance.", style.LEGEND)

    def _draw_turn(self, turn: ReadingTurn) -> None:
        person = self.people.speaker(turn.speaker)
        if person is None and self.people.all:
            person = Person(UNKNOWN, None)
        for number, paragraph in enumerate(turn.paragraphs):
            lines = line_breaking.break_ragged(self._words(paragraph, plain=turn.is_unsure), style.TEXT_WIDTH)
            place = _ParagraphProgress(turn, paragraph, lines, person, first=number == 0)
            self._draw_topics_before(place)
            with self.canvas.tagged("P"):
                self._draw_paragraph(place)

    def _words(self, paragraph: Paragraph, *, plain: bool) -> Pieces:
        pieces: Pieces = []
        for word in paragraph.words:
            # only where a script has no spaces may a line end between two runs of a word
            runs = word.runs if len(split_word(word.text)) > 1 else (TextRun(word.text, word.is_doubtful),)
            for number, run in enumerate(runs):
                dotted = run.is_doubtful and not plain and not word.is_spelled
                text_style = style.SPELLED if word.is_spelled else style.UNCERTAIN if dotted else style.BODY
                text = line_breaking.curl_apostrophes(run.text)
                part = line_breaking.set_word(text, text_style, style.TEXT_WIDTH, dotted=dotted, at=word.at)
                pieces += [part[0]._replace(space=0.0), *part[1:]] if number else part
        return pieces

    def _draw_topics_before(self, place: _ParagraphProgress) -> None:
        """Draw the titles of the topics that begin here or after the start of the previous paragraph."""
        due: list[Topic] = []
        while self.topics and self.topics[0].start <= place.paragraph.start + BREAK_TOLERANCE:
            due.append(self.topics.pop(0))
        for topic in due:
            if topic.title:
                self._draw_topic(topic, min(3, len(place.lines)))

    def _draw_topic(self, topic: Topic, following: int) -> None:
        canvas = self.canvas
        lines = line_breaking.break_ragged(
            line_breaking.set_words(topic.title, style.TOPIC_TITLE, style.TEXT_WIDTH), style.TEXT_WIDTH
        )
        more = (len(lines) - 1) * style.GRID
        if not canvas.fresh and not canvas.fits(_TOPIC_HEIGHT + more + (max(3, following) - 1) * style.GRID):
            canvas.new_page()
        if canvas.fresh:
            y = canvas.y
            canvas.down(style.GRID + more + 3.6)
        else:
            y = canvas.y - TITLE_DROP
            canvas.rule(y + _TOPIC_RULE, style.WHAT, canvas.right, thick=0.35, colour=style.MID)
            canvas.down(_TOPIC_HEIGHT + more)
        with canvas.tagged("H3"):
            for number, line in enumerate(lines):
                canvas.line(style.WHAT, y - number * style.GRID, line)

    def _draw_paragraph(self, place: _ParagraphProgress) -> None:
        """Up to three lines stay together; a longer paragraph is split with at least two lines on each page."""
        canvas = self.canvas
        names = name_cell(place.person, style.SPEAKER) if place.first else []
        if len(names) > max(1, canvas.room()):
            canvas.new_page()
        while place.left:
            room = canvas.room()
            if place.left <= room:
                count = place.left
            elif place.left <= _UNSPLIT:
                count = 0
            else:
                count = min(room, place.left - 2) if min(room, place.left - 2) >= 2 else 0
            if count or canvas.fresh:
                self._draw_lines(place, names, count or place.left)
            if place.left:
                canvas.new_page()

    def _draw_lines(self, place: _ParagraphProgress, names: Sequence[TextLine], count: int) -> None:
        canvas = self.canvas
        start = place.at()
        self._draw_name(place, names)
        for number in range(count):
            canvas.line(style.WHAT, canvas.y - number * style.GRID, place.lines[place.done + number])
        canvas.time(canvas.right, canvas.y, start)
        place.done += count
        end = place.paragraph.end if not place.left else place.at()
        first = canvas.page_times[0] if canvas.page_times else start
        canvas.page_times = (first, max(first, end))
        height = count * style.GRID
        if place.first and place.done == count:
            unsure = style.HALF if place.turn.is_unsure and place.person else 0.0
            height = max(height, len(names) * style.GRID + unsure)
        canvas.down(height + style.HALF)

    def _draw_name(self, place: _ParagraphProgress, names: Sequence[TextLine]) -> None:
        """Draw the name where a turn begins, and again, in grey, at the top of a page on which it continues."""
        canvas = self.canvas
        if place.person is None:
            return
        if place.first and not place.done:
            canvas.mark(canvas.y, place.person.number)
            for number, line in enumerate(names):
                canvas.line(_NAME_X, canvas.y - number * style.GRID, line)
            if place.turn.is_unsure:
                y = canvas.y - (len(names) - 1) * style.GRID - _UNSURE_DROP
                canvas.text(_NAME_X, y, "unsure", style.NOTE)
        elif canvas.fresh:
            canvas.mark(canvas.y, place.person.number)
            name = line_breaking.truncate_to_width(place.person.name, style.SPEAKER_AGAIN, style.NAME_WIDTH)
            with canvas.artifact():
                canvas.text(_NAME_X, canvas.y, name, style.SPEAKER_AGAIN)
