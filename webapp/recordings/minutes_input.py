"""The minutes as people and programs fill them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from core.typed_text import on_one_line
from pipeline.minutes.filled import FilledMotion
from webapp.validation import check_whole, fields_of, invalid_value, validate, validate_json

#: The most characters of each text; lists of names have a name a line.
LIMITS = {
    "place": 200,
    "date": 80,
    "attendance": 8_200,
    "apologies": 8_200,
    "next_meeting": 200,
    "chair": 120,
    "secretary": 120,
}
LISTS = ("attendance", "apologies")
MOTION_FIELDS = ("mover", "seconder", "vote", "result")
MAX_MOTION_TEXT = 120
_MAX_MOTIONS = 500


def _shorten_to(value: str, most: int, name: str) -> str:
    if len(value) > most:
        raise invalid_value(f"The {name} has {len(value):,} characters.", f"Use at most {most:,} characters.")
    return value


def _clean_names(value: str) -> str:
    return "\n".join(filter(None, (on_one_line(line) for line in value.splitlines())))


class MotionInput(BaseModel):
    """What is filled in of a decision, by the id of its point."""

    model_config = ConfigDict(extra="forbid")

    point: str
    mover: str = ""
    seconder: str = ""
    vote: str = ""
    result: str = ""

    @field_validator(*MOTION_FIELDS)
    @classmethod
    def _clean(cls, value: str, info: ValidationInfo) -> str:
        return _shorten_to(on_one_line(value), MAX_MOTION_TEXT, str(info.field_name))

    @property
    def motion(self) -> FilledMotion:
        """What is kept of it."""
        return FilledMotion(self.mover, self.seconder, self.vote, self.result)


class MinutesInput(BaseModel):
    """The minutes as sent; what is left out, or null, is as nobody had said anything.

    `seen` is how often they had been saved as the sender read them, `version` the recap that was read.
    """

    model_config = ConfigDict(extra="forbid")

    seen: int
    version: int | None = None
    place: str | None = None
    date: str | None = None
    attendance: str | None = None
    apologies: str | None = None
    next_meeting: str | None = None
    chair: str | None = None
    secretary: str | None = None
    motions: tuple[MotionInput, ...] = ()

    @field_validator("seen", "version", mode="before")
    @classmethod
    def _check_number(cls, value: object, info: ValidationInfo) -> object:
        return check_whole(value, info)

    @field_validator(*LIMITS)
    @classmethod
    def _clean(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        name = str(info.field_name)
        cleaned = _clean_names(value) if name in LISTS else on_one_line(value)
        return _shorten_to(cleaned, LIMITS[name], name.replace("_", " "))

    @model_validator(mode="after")
    def _check_motions(self) -> Self:
        points = [each.point for each in self.motions]
        if len(points) > _MAX_MOTIONS or len(set(points)) < len(points):
            raise invalid_value("A decision is named twice, or there are too many.", "Send each once.", "motions")
        return self


def read_minutes(body: bytes) -> MinutesInput:
    """The minutes of a JSON body. Raises InvalidRequest."""
    return validate_json(MinutesInput, body)


def read_minutes_form(form: Mapping[str, str]) -> MinutesInput:
    """The minutes of a form, in which a motion's field is named such as `mover:decisions1`. Raises InvalidRequest."""
    data: dict[str, Any] = {}
    motions: dict[str, dict[str, str]] = {}
    for name, value in fields_of(form).items():
        field, colon, point = name.partition(":")
        if colon and field in MOTION_FIELDS:
            motions.setdefault(point, {"point": point})[field] = value
        else:
            data[name] = value
    return validate(MinutesInput, {**data, "motions": tuple(motions.values())})
