"""The minutes as documents show them. What is empty is a line to fill in by hand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.minutes.defaults import fill_defaults
from pipeline.minutes.filled import FilledMinutes, FilledMotion
from pipeline.reading.dues import describe_due
from pipeline.reading.people import NO_OWNER, People
from pipeline.recap import Point, Recap, Summary, Topic

NOBODY_YET = "nobody yet"
"""Who does what has no owner."""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A topic of the meeting; `outcome` says which decisions and action items it led to, empty: none."""

    title: str
    text: str
    outcome: str


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
        agenda=_list_agenda(summary, owners),
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


def _list_agenda(summary: Summary, owners: Sequence[str]) -> tuple[AgendaItem, ...]:
    """The topics, each with what was decided, and who is to do what, before the next one began."""
    begins = sorted(topic.start for topic in summary.topics)

    def belongs(point: Point, topic: Topic) -> bool:
        number = bisect_right(begins, point.start)
        return point.time is not None and number > 0 and begins[number - 1] == topic.start

    def outcome(topic: Topic) -> str:
        decided = [str(number) for number, one in enumerate(summary.decisions, 1) if belongs(one, topic)]
        tasks = [owner for one, owner in zip(summary.action_items, owners, strict=True) if belongs(one, topic)]
        people = [NOBODY_YET if owner == NO_OWNER else owner for owner in dict.fromkeys(tasks)]
        decisions = f"Decision{'s' if len(decided) > 1 else ''} {', '.join(decided)}" if decided else ""
        return ". ".join(filter(None, (decisions, f"Action items: {', '.join(people)}" if people else "")))

    return tuple(AgendaItem(topic.title, topic.text, outcome(topic)) for topic in summary.topics)


def _names(lines: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (lines or "").splitlines() if name.strip())
