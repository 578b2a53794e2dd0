"""The details of a meeting, as a person gave them or as they were read from a file (`pipeline.details`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Day
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was expected; `absent` if they sent apologies."""

    name: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a meeting; None or empty: unknown.

    `date` is its day (ISO 8601) and `time` when it began (HH:MM), both at the place of the meeting. `kind` is what
    people call such a meeting.
    """

    date: str | None = None
    time: str | None = None
    place: str | None = None
    kind: str | None = None
    attendees: tuple[Attendee, ...] = ()

    @property
    def day(self) -> Day | None:
        """Its day."""
        return Day.fromisoformat(self.date) if self.date else None

    @property
    def present(self) -> tuple[str, ...]:
        """The names of those who did not send apologies."""
        return tuple(one.name for one in self.attendees if not one.absent)

    @property
    def apologies(self) -> tuple[str, ...]:
        """The names of those who sent apologies."""
        return tuple(one.name for one in self.attendees if one.absent)

    def or_else(self, other: Details) -> Details:
        """These details, and where they say nothing, the other ones. A time stays with its day."""
        when = self if self.date else replace(other, time=self.time or other.time)
        if self.date and not self.time and other.date == self.date:
            when = other
        return Details(
            date=when.date,
            time=when.time,
            place=self.place or other.place,
            kind=self.kind or other.kind,
            attendees=self.attendees or other.attendees,
        )


UNKNOWN = Details()


class FoundMeeting(NamedTuple):
    """What a file tells of a meeting."""

    title: str | None
    details: Details
