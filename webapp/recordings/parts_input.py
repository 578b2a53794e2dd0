"""What people and programs send to join recordings, or to split one."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, field_validator

from core.parts import MOST_PARTS
from core.typed_text import on_one_line
from core.uploads.intake import MAX_TITLE
from webapp.errors import InvalidRequest
from webapp.recordings.clock_input import read_clock
from webapp.validation import fields_of, invalid_value, validate, validate_json

NUMBER_FIELD = "part:"
"""With the id of a recording: its place among the parts, from 1 on; empty if it is none."""


def _clean_title(value: str | None) -> str | None:
    title = on_one_line(value or "")
    if len(title) > MAX_TITLE:
        raise invalid_value(f"The title has {len(title)} characters.", f"Use at most {MAX_TITLE} characters.")
    return title or None


class JoinInput(BaseModel):
    """The recordings to join, by their ids in the order in which they were made, and the title of the whole."""

    model_config = ConfigDict(extra="forbid")

    recordings: tuple[str, ...]
    title: str | None = None

    @field_validator("recordings")
    @classmethod
    def _check_count(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not 2 <= len(value) <= MOST_PARTS:
            raise invalid_value(
                "One recording cannot be joined." if len(value) < 2 else f"These are {len(value)} recordings.",
                f"Choose 2 to {MOST_PARTS}.",
            )
        if len(set(value)) < len(value):
            raise invalid_value("A recording is there twice.", "Choose each one once.")
        return value

    @field_validator("title")
    @classmethod
    def _check_title(cls, value: str | None) -> str | None:
        return _clean_title(value)


class SplitInput(BaseModel):
    """Where to split a recording, in seconds, and the titles of the two parts."""

    model_config = ConfigDict(extra="forbid")

    at: float
    first_title: str | None = None
    second_title: str | None = None

    @field_validator("at", mode="before")
    @classmethod
    def _check_time(cls, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e7:
            raise invalid_value("This is not a time.", "Write one such as 12:34 or 1:02:03; programs send seconds.")
        return value

    @field_validator("first_title", "second_title")
    @classmethod
    def _check_title(cls, value: str | None) -> str | None:
        return _clean_title(value)


def read_join(body: bytes) -> JoinInput:
    """What a JSON body wants joined. Raises InvalidRequest."""
    return validate_json(JoinInput, body)


def read_split(body: bytes) -> SplitInput:
    """Where a JSON body wants to split. Raises InvalidRequest."""
    return validate_json(SplitInput, body)


def read_join_form(form: Mapping[str, str]) -> JoinInput:
    """What a form wants joined: each recording has a number or none. Raises InvalidRequest."""
    numbers: dict[int, str] = {}
    for field, value in form.items():
        if field.startswith(NUMBER_FIELD) and value.strip():
            number = value.strip()
            if not (number.isascii() and number.isdigit() and len(number) <= 2 and 1 <= int(number) <= MOST_PARTS):
                raise InvalidRequest(
                    f"{number[:20]!r} is not the number of a part.", f"Write 1 to {MOST_PARTS}.", field=field
                )
            if int(number) in numbers:
                raise InvalidRequest(f"Two parts have the number {number}.", "Number them 1, 2, 3 …", field=field)
            numbers[int(number)] = field.removeprefix(NUMBER_FIELD)
    return validate(JoinInput, {"recordings": [numbers[each] for each in sorted(numbers)], "title": form.get("title")})


def read_split_form(form: Mapping[str, str]) -> SplitInput:
    """Where a form wants to split. Raises InvalidRequest."""
    fields = {field: value for field, value in fields_of(form).items() if field != "step"}
    return validate(SplitInput, {**fields, "at": _read_time(fields.get("at", ""))})


def _read_time(text: str) -> object:
    """Seconds of what the form sent: a time as people write it, or seconds and tenths, where a segment begins."""
    try:
        return float(text)
    except ValueError:
        return read_clock(text)
