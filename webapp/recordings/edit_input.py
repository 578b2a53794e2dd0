"""Edits of a recap as people and programs send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from core.typed_text import on_one_line
from pipeline.edits.edit import (
    ADD,
    APPROVE,
    ASSIGN,
    CHANGE,
    CORRECT,
    MERGE,
    MOVE,
    REMOVE,
    RESTORE,
    SEGMENT_KINDS,
    SPLIT,
    TEXT_LIMITS,
)
from pipeline.summary_points import SECTIONS
from webapp.recordings.clock_input import read_clock
from webapp.validation import check_flag, check_whole, fields_of, invalid_value, validate, validate_json

LIMITS = TEXT_LIMITS
KINDS = (CHANGE, ADD, REMOVE, MOVE, APPROVE, RESTORE, *SEGMENT_KINDS)
#: What each kind needs; any other a point.
_NEEDED = {
    ADD: ("section", "text"),
    MOVE: ("point", "to"),
    APPROVE: ("point", "approved"),
    RESTORE: (),
    CORRECT: ("segment", "text"),
    ASSIGN: ("segment", "speaker"),
    SPLIT: ("segment", "at"),
    MERGE: ("segment",),
}


class EditInput(BaseModel):
    """An edit as sent. Which fields it needs depends on its kind, see docs/api.md; `start` is in seconds."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    seen: int
    point: str | None = None
    segment: str | None = None
    speaker: str | None = None
    at: int | None = None
    section: str | None = None
    text: str | None = None
    title: str | None = None
    owner: str | None = None
    due: str | None = None
    start: float | None = None
    to: int | None = None
    approved: bool | None = None

    @property
    def changes(self) -> dict[str, str]:
        """The texts that are there, by field."""
        return {field: value for field in LIMITS if (value := getattr(self, field)) is not None}

    @field_validator("kind")
    @classmethod
    def _check_kind(cls, value: str) -> str:
        if value not in KINDS:
            raise invalid_value(f"There is no kind of edit {value[:20]!r}.", f"Send one of {', '.join(KINDS)}.")
        return value

    @field_validator("section")
    @classmethod
    def _check_section(cls, value: str | None) -> str | None:
        if value is not None and value not in SECTIONS:
            raise invalid_value(f"There is no section {value[:20]!r}.", f"Send one of {', '.join(SECTIONS)}.")
        return value

    @field_validator("seen", "to", "at", mode="before")
    @classmethod
    def _check_number(cls, value: object, info: ValidationInfo) -> object:
        return check_whole(value, info)

    @field_validator("start", mode="before")
    @classmethod
    def _check_start(cls, value: object) -> object:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0):
            raise invalid_value("The value of start is not a time.", "Send the seconds since the recording began.")
        return value

    @field_validator("approved", mode="before")
    @classmethod
    def _check_approved(cls, value: object, info: ValidationInfo) -> object:
        return None if value is None else check_flag(value, info)

    @field_validator(*LIMITS)
    @classmethod
    def _clean(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        field = str(info.field_name)
        cleaned = on_one_line(value)
        if len(cleaned) > LIMITS[field]:
            raise invalid_value(
                f"The {field} has {len(cleaned)} characters.", f"Use at most {LIMITS[field]:,} characters."
            )
        if field == "text" and not cleaned:
            raise invalid_value("The text is empty.", "Write what was said, or remove the point.")
        return cleaned

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        for field in _NEEDED.get(self.kind, ("point",)):
            if getattr(self, field) is None:
                raise invalid_value(f"The edit {self.kind!r} needs {field}.", "See docs/api.md.", field)
        if self.kind == CHANGE and not self.changes:
            raise invalid_value("Nothing is changed.", f"Send one or more of {', '.join(LIMITS)}.", "text")
        return self


class StepInput(BaseModel):
    """What to undo or do again: an edit, or by default the last. `seen` is the last edit that the sender knows."""

    model_config = ConfigDict(extra="forbid")

    edit: int | None = None
    seen: int | None = None

    @field_validator("edit", "seen", mode="before")
    @classmethod
    def _check_number(cls, value: object, info: ValidationInfo) -> object:
        return check_whole(value, info)


def read_edit(body: bytes) -> EditInput:
    """The edit of a JSON body. Raises InvalidRequest."""
    return validate_json(EditInput, body)


def read_step(body: bytes) -> StepInput:
    """What a JSON body wants undone or done again; an empty one the last edit. Raises InvalidRequest."""
    return validate_json(StepInput, body) if body.strip() else StepInput()


def read_edit_form(form: Mapping[str, str], shown: Mapping[str, str]) -> EditInput | None:
    """The edit of a form; None if its texts are those `shown` so far. Raises InvalidRequest."""
    data: dict[str, Any] = {**fields_of(form)}
    if "time" in data:
        data["start"] = read_clock(data.pop("time"))
    if data.get("kind") == CHANGE:
        data = {field: value for field, value in data.items() if shown.get(field) != on_one_line(value)}
        if not set(data) & set(LIMITS):
            return None
    return validate(EditInput, data)


def read_step_form(form: Mapping[str, str]) -> StepInput:
    """What a form wants undone or done again. Raises InvalidRequest."""
    return validate(StepInput, fields_of(form))
