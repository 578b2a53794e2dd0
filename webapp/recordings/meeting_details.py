"""The details of a meeting as a form or a client of the API sends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, field_validator

from core.clock import utc_now
from core.database.tables import Recording
from core.queue import notifications
from core.recordings.details import Change, change_details, details_of
from core.uploads.intake import clean_title
from pipeline.details import cleaning
from pipeline.details.calendar import read_calendar
from pipeline.details.cleaning import InvalidDetails
from pipeline.meeting import Attendee, Details
from webapp.errors import InvalidRequest
from webapp.settings import current_settings
from webapp.validation import invalid_value, validate

Value = TypeVar("Value")

FIELDS = ("date", "time", "place", "kind", "attendees")
CALENDAR_FIELD = "calendar"


class DetailsInput(BaseModel):
    """Details as sent; None or an empty text means: unknown. Attendees are a text of lines, or a list."""

    model_config = ConfigDict(extra="forbid")

    date: str | None = None
    time: str | None = None
    place: str | None = None
    kind: str | None = None
    attendees: tuple[Attendee, ...] = ()

    @field_validator("date")
    @classmethod
    def _check_date(cls, value: str | None) -> str | None:
        return _clean(lambda: cleaning.clean_day(value or ""))

    @field_validator("time")
    @classmethod
    def _check_time(cls, value: str | None) -> str | None:
        return _clean(lambda: cleaning.clean_time(value or ""))

    @field_validator("place")
    @classmethod
    def _check_place(cls, value: str | None) -> str | None:
        return _clean(lambda: cleaning.clean_text(value or "", "The place"))

    @field_validator("kind")
    @classmethod
    def _check_kind(cls, value: str | None) -> str | None:
        return _clean(lambda: cleaning.clean_text(value or "", "The kind of meeting"))

    @field_validator("attendees", mode="before")
    @classmethod
    def _read_attendees(cls, value: object) -> tuple[Attendee, ...]:
        if value is None or isinstance(value, str):
            return _clean(lambda: cleaning.parse_attendees(value or ""))
        if not isinstance(value, list):
            raise _no_attendees()
        return _clean(lambda: cleaning.clean_attendees(map(_read_attendee, value)))


class RecordingInput(DetailsInput):
    """What of a recording can be changed; an empty title is that of the file's name."""

    title: str | None = None


def _read_attendee(value: object) -> Attendee:
    """An attendee of a list in JSON: a text, or an object."""
    if isinstance(value, str):
        return cleaning.read_attendee(value)
    if isinstance(value, dict) and value.keys() <= {"name", "absent"}:
        name, absent = value.get("name"), value.get("absent", False)
        if isinstance(name, str) and isinstance(absent, bool):
            return Attendee(name, absent)
    raise _no_attendees()


def _no_attendees() -> Exception:
    return invalid_value("The attendees are invalid.", 'Send a list such as [{"name": "Anna", "absent": false}].')


def _clean(clean: Callable[[], Value]) -> Value:
    try:
        return clean()
    except InvalidDetails as error:
        raise invalid_value(error.message, error.hint) from error


def read_upload(form: Mapping[str, str]) -> tuple[str | None, Details]:
    """The title of the calendar file that came with an upload, and the details of form and file; the form wins.

    Raises InvalidRequest.
    """
    typed = _read_details(form)
    calendar = form.get(CALENDAR_FIELD, "")
    if not calendar.strip():
        return None, _check(typed)
    try:
        title, found = read_calendar(calendar, current_settings().timezone)
    except InvalidDetails as error:
        raise InvalidRequest(error.message, error.hint, field=CALENDAR_FIELD) from error
    return title, _check(typed.or_else(found))


def list_values(recording: Recording) -> dict[str, str]:
    """The values of the form on a recording's page."""
    details = details_of(recording)
    texts = {name: getattr(details, name) or "" for name in ("date", "time", "place", "kind")}
    return {"title": recording.title, **texts, "attendees": cleaning.format_attendees(details.attendees)}


def read_form(form: Mapping[str, str]) -> Change:
    """What the form on a recording's page changes. Raises InvalidRequest."""
    title, details = form.get("title", ""), _check(_read_details(form))
    return lambda _title, _details: (title, details)


def read_object(value: object) -> Change:
    """What a JSON object changes: missing fields stay as they are. Raises InvalidRequest, as may the change."""
    sent: dict[str, Any] = {
        name: getattr(found, name) for found in [validate(RecordingInput, value)] for name in found.model_fields_set
    }

    def change(title: str, details: Details) -> tuple[str, Details]:
        named = {"title": title, **sent}
        return named.pop("title") or "", _check(replace(details, **named))

    return change


def save(recording: Recording, change: Change) -> None:
    """Save title and details; an empty title is that of the file's name. The PDF is made again.

    Raises InvalidRequest.
    """

    def clean(title: str, details: Details) -> tuple[str, Details]:
        title, details = change(title, details)
        return clean_title(title, recording.filename), details

    change_details(recording.id, clean, utc_now())
    notifications.notify("cpu")


def _read_details(form: Mapping[str, str]) -> Details:
    sent = validate(DetailsInput, {field: form.get(field, "") for field in FIELDS})
    return Details(sent.date, sent.time, sent.place, sent.kind, sent.attendees)


def _check(details: Details) -> Details:
    """The details, unless a time has no day. Raises InvalidRequest."""
    if details.time and not details.date:
        raise InvalidRequest("The time has no date.", "Enter the day too, or no time.", field="date")
    return details
