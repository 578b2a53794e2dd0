"""Words to find and replace in a recap, as people and programs send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from core.typed_text import on_one_line
from pipeline.edits.replacement import BOTH, PLACES, Replacement
from webapp.validation import check_flag, check_whole, fields_of, invalid_value, validate, validate_json

MAX_WORDS = 100
"""The most characters of what is found, and of what is written instead."""


class ReplaceInput(BaseModel):
    """What to replace, as sent; `seen` is the number of the last edit that the sender knows.

    `inside_words` also finds parts of words, `always` adds the replacement to the vocabulary of the account.
    """

    model_config = ConfigDict(extra="forbid")

    find: str
    replace: str
    where: str = BOTH
    inside_words: bool = False
    always: bool = False
    seen: int

    @property
    def replacement(self) -> Replacement:
        """The replacement that was sent."""
        return Replacement(self.find, self.replace, self.where, not self.inside_words)

    @field_validator("find", "replace")
    @classmethod
    def _clean(cls, value: str, info: ValidationInfo) -> str:
        cleaned, what = on_one_line(value), "words to find" if info.field_name == "find" else "new words"
        if not cleaned:
            raise invalid_value(f"The {what} are missing.", "Write both: what is there, and what to write instead.")
        if len(cleaned) > MAX_WORDS:
            raise invalid_value(f"The {what} have {len(cleaned)} characters.", f"Use at most {MAX_WORDS}.")
        return cleaned

    @field_validator("where")
    @classmethod
    def _check_where(cls, value: str) -> str:
        if value not in PLACES:
            raise invalid_value(f"There is no place {value[:20]!r} to replace in.", f"Send one of {', '.join(PLACES)}.")
        return value

    @field_validator("inside_words", "always", mode="before")
    @classmethod
    def _check_flag(cls, value: object, info: ValidationInfo) -> object:
        return check_flag(value, info)

    @field_validator("seen", mode="before")
    @classmethod
    def _check_number(cls, value: object, info: ValidationInfo) -> object:
        return check_whole(value, info)

    @model_validator(mode="after")
    def _check_difference(self) -> Self:
        if self.find == self.replace:
            raise invalid_value("Both are the same.", "Write something else to put in its place.", "replace")
        return self


def read_replacement(body: bytes) -> ReplaceInput:
    """The replacement of a JSON body. Raises InvalidRequest."""
    return validate_json(ReplaceInput, body)


def read_replacement_form(form: Mapping[str, str]) -> ReplaceInput:
    """The replacement of a form. Raises InvalidRequest."""
    return validate(ReplaceInput, {field: value for field, value in fields_of(form).items() if field != "step"})
