"""What stands in the minutes as long as nobody fills it in."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from pipeline.minutes.filled import FilledMinutes
from pipeline.reading.people import People
from pipeline.recap import Recap
from pipeline.render import formatting


def default_minutes(recap: Recap) -> FilledMinutes:
    """What is known of the meeting: its details, and who spoke where nobody said who was there."""
    details = recap.details
    present = details.present or tuple(person.name for person in People(recap).all)
    return FilledMinutes(
        place=details.place or "",
        date=_day_of(recap),
        attendance="\n".join(present),
        apologies="\n".join(details.apologies),
        next_meeting="",
        chair="",
        secretary="",
    )


def fill_defaults(filled: FilledMinutes, recap: Recap) -> FilledMinutes:
    """The minutes with the defaults in place of what nobody has said."""
    defaults = default_minutes(recap)
    unsaid = [one.name for one in fields(filled) if getattr(filled, one.name) is None]
    return replace(filled, **{name: getattr(defaults, name) for name in unsaid})


def leave_defaults(filled: FilledMinutes, recap: Recap) -> FilledMinutes:
    """The same without what is just as by default, so that it goes on following the recap."""
    defaults = default_minutes(recap)
    same: dict[str, Any] = {
        one.name: None
        for one in fields(filled)
        if one.name != "motions" and getattr(filled, one.name) == getattr(defaults, one.name)
    }
    return replace(filled, **same)


def _day_of(recap: Recap) -> str:
    """The day of the meeting, else the one that the file tells, else that of the upload."""
    if recap.details.day:
        return formatting.date(recap.details.day)
    if recap.source.recorded_on:
        return formatting.date(datetime.fromisoformat(recap.source.recorded_on))
    when = formatting.parse_time(recap.source.uploaded_at, recap.timezone)
    return formatting.date(when) if when else ""
