"""A recap as documents show it: clean texts with the names of people, in the order and with the headings of the PDF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from urllib.parse import quote

from pipeline.languages import language_name, list_spoken
from pipeline.reading.dues import describe_due, describe_guesses
from pipeline.reading.evidence import shown_lines
from pipeline.reading.marks import describe_marks
from pipeline.reading.people import NO_OWNER, UNKNOWN, People
from pipeline.reading.view import ReadingTurn, read_recap
from pipeline.recap import ActionItem, Point, Recap, Topic
from pipeline.render import formatting
from pipeline.render.exports.text import clean
from pipeline.render.meeting import describe_date, list_meeting
from pipeline.render.notices import printed_notices

_ADDRESS_SIGNS = "/:?#@!$&'*+,;=%~[]"
NONE_FOUND = "None were found."
NO_WORDS = "No words were recognized."


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """A point of the summary; without `start` it was added without a time.

    `evidence` is what was said, where the text is the language model's, `marks` what people did to the point.
    """

    text: str
    start: float | None
    who: str = ""
    title: str = ""
    due: str = ""
    evidence: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True)
class PointSection:
    """The points of one kind; `key` is the name of the kind in a summary."""

    key: str
    heading: str
    points: tuple[ShownPoint, ...]


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    """A paragraph of the transcript and the second at which it begins."""

    start: float
    text: str


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn of the transcript; without a name where no speakers are known."""

    name: str
    paragraphs: tuple[ShownParagraph, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What a document of a recap contains: `talk_times` are names with seconds, `notices` names with their text.

    `when` is the time of the upload and `date` that of the meeting in words, `day` its day. `meeting` has names with
    what else is known of it.
    """

    title: str
    language: str
    organisation: str
    when: datetime | None
    date: str
    day: Day | None
    meeting: tuple[tuple[str, str], ...]
    seconds: float
    languages: tuple[str, ...]
    talk_times: tuple[tuple[str, float], ...]
    notices: tuple[tuple[str, str], ...]
    overview: tuple[ShownPoint, ...]
    sections: tuple[PointSection, ...]
    turns: tuple[ShownTurn, ...]
    address: str

    @property
    def head_line(self) -> str:
        """The organisation and the facts in one line."""
        return " – ".join(part for part in (self.organisation, self.facts) if part)

    @property
    def facts(self) -> str:
        """Date, length, people and languages in one line."""
        parts = [part for part in (self.date, formatting.duration(self.seconds)) if part]
        if self.talk_times:
            parts.append(formatting.pluralize(len(self.talk_times), "person", "people"))
        return " · ".join((*parts, *self.languages))

    def clock(self, seconds: float) -> str:
        """A time of the recording, with hours if that is longer than one."""
        return formatting.clock(seconds, hours=self.seconds >= formatting.HOUR)

    def fragment(self, seconds: float) -> str:
        """The place in the recording's page at this second."""
        return f"t={max(0, int(seconds))}"

    def link(self, seconds: float) -> str:
        """The address of the recording at this second; empty if it has none."""
        return f"{self.address}#{self.fragment(seconds)}" if self.address else ""


def read_content(recap: Recap) -> Content:
    """What the documents of a recap contain."""
    people, transcript, summary = People(recap), recap.transcript, recap.summary
    reader = _PointReader(recap, people)
    when = formatting.parse_time(recap.source.uploaded_at, recap.timezone)
    return Content(
        title=clean(recap.title) or clean(summary.title) or clean(recap.source.filename) or "Recap",
        language=clean(summary.language or transcript.language),
        organisation=clean(recap.organisation or ""),
        when=when,
        date=describe_date(recap),
        day=recap.details.day or (when.date() if when else None),
        meeting=tuple((name, clean(value)) for name, value in list_meeting(recap.details) if name != "Date"),
        seconds=transcript.duration_seconds,
        languages=tuple(clean(language_name(code)) for code in list_spoken(transcript)) if transcript.segments else (),
        talk_times=tuple((_name(person.name), person.seconds) for person in people.all),
        notices=tuple((clean(one.name), clean(one.full)) for one in printed_notices(recap, frozenset())),
        overview=reader.read_all(summary.overview),
        sections=tuple(_list_sections(recap, reader)),
        turns=tuple(_read_turn(turn, people) for turn in read_recap(recap).turns),
        address=_read_address(recap.recording_url),
    )


def _list_sections(recap: Recap, reader: _PointReader) -> Iterable[PointSection]:
    """The sections with points. No decision and no task is information too, if there is a summary."""
    summary = recap.summary
    stays = summary.engine != "none" or not recap.transcript.segments
    for key, heading, points, is_told in (
        ("decisions", "Decisions", summary.decisions, stays),
        ("action_items", "Action items", summary.action_items, stays),
        ("questions", "Open questions", summary.questions, False),
        ("topics", "Topics", summary.topics, False),
        ("quotes", "In their words", summary.quotes, False),
    ):
        if points or is_told:
            yield PointSection(key, heading, reader.read_all(points))


class _PointReader:
    """Reads points with the names of people and with what was said."""

    def __init__(self, recap: Recap, people: People) -> None:
        self._people = people
        self._segments = {segment.id: segment for segment in recap.transcript.segments}

    def read_all(self, points: Iterable[Point]) -> tuple[ShownPoint, ...]:
        return tuple(map(self._read, points))

    def _read(self, point: Point) -> ShownPoint:
        who, due = "", ""
        if isinstance(point, ActionItem):
            owner, guesses = self._people.owner(point.owner), describe_guesses(point)
            who = "" if owner.name == NO_OWNER else clean(owner.name)
            due = clean(f"{describe_due(point)} ({guesses} by the model)" if guesses else describe_due(point))
        elif not isinstance(point, Topic):
            speaker = self._people.speaker(point.speaker)
            who = _name(speaker.name) if speaker else ""
        title = clean(point.title) if isinstance(point, Topic) else ""
        evidence = clean(shown_lines(point, self._segments))
        return ShownPoint(clean(point.text), point.time, who, title, due, evidence, describe_marks(point).lower())


def _read_turn(turn: ReadingTurn, people: People) -> ShownTurn:
    person = people.speaker(turn.speaker)
    name = _name(person.name if person else UNKNOWN) if people.all else ""
    paragraphs = (ShownParagraph(one.start, clean("".join(run.text for run in one.runs))) for one in turn.paragraphs)
    return ShownTurn(name, tuple(paragraphs))


def _name(name: str) -> str:
    return clean(name) or UNKNOWN


def _read_address(url: str | None) -> str:
    """The address of the recording's page, with nothing in it that ends a link."""
    return quote(clean(url), safe=_ADDRESS_SIGNS) if url and formatting.is_web_address(url) else ""
