"""The minutes as documents show them. What is empty is a line to fill in by hand."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.minutes.defaults import fill_defaults
from pipeline.minutes.filled import FilledMinutes, FilledMotion
from pipeline.reading.dues import describe_due
from pipeline.reading.people import NO_OWNER, People
from pipeline.recap import Recap


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A topic of the meeting."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Motion:
    """A decision as it was put and voted on."""

    text: str
    filled: FilledMotion


@dataclass(frozen=True, slots=True)
class Task:
    """Something that somebody does by some time; without owner or due date these are empty."""

    text: str
    owner: str
    due: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """All that the minutes of a meeting say."""

    title: str
    date: str
    place: str
    attendance: tuple[str, ...]
    apologies: tuple[str, ...]
    agenda: tuple[AgendaItem, ...]
    motions: tuple[Motion, ...]
    tasks: tuple[Task, ...]
    questions: tuple[str, ...]
    next_meeting: str
    chair: str
    secretary: str


def make_minutes(recap: Recap, filled: FilledMinutes) -> Minutes:
    """The minutes of a recap as people corrected it, with what they filled in."""
    known, motions = fill_defaults(filled, recap), filled.motions_by_point(recap)
    summary, people = recap.summary, People(recap)
    owners = [people.owner(item.owner).name for item in summary.action_items]
    return Minutes(
        title=recap.title or summary.title or recap.source.filename,
        date=known.date or "",
        place=known.place or "",
        attendance=_names(known.attendance),
        apologies=_names(known.apologies),
        agenda=tuple(AgendaItem(topic.title, topic.text) for topic in summary.topics),
        motions=tuple(Motion(point.text, motions.get(point.id, FilledMotion())) for point in summary.decisions),
        tasks=tuple(
            Task(item.text, "" if owner == NO_OWNER else owner, describe_due(item))
            for item, owner in zip(summary.action_items, owners, strict=True)
        ),
        questions=tuple(point.text for point in summary.questions),
        next_meeting=known.next_meeting or "",
        chair=known.chair or "",
        secretary=known.secretary or "",
    )


def _names(lines: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (lines or "").splitlines() if name.strip())
