"""The recap options that a form or a client of the API sends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from core.recordings import recap_templates
from core.recordings.options import RecapOptions
from core.recordings.recap_templates import CUSTOM, MAX_INSTRUCTIONS
from core.typed_text import clean_lines
from pipeline.languages import LANGUAGES
from pipeline.vocabulary.entries import InvalidVocabulary, clean_vocabulary
from webapp.errors import InvalidRequest
from webapp.validation import invalid_value, validate, validate_json

Options = TypeVar("Options", bound=RecapOptions)

#: How a client can name the default in words. A form leaves the field empty.
_DEFAULT_WORDS = ("", "auto", "default")
#: A model as Ollama names it: an optional host and namespace, a name, an optional tag.
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,199}")


class RecapOptionsInput(BaseModel):
    """Recap options as sent; None or an empty text is the default. The validation context is the current template."""

    model_config = ConfigDict(extra="forbid")

    template: str | None = None
    summary_language: str | None = None
    model: str | None = None
    instructions: str | None = None
    vocabulary: str | None = None

    @field_validator("template")
    @classmethod
    def _check_template(cls, value: str | None, info: ValidationInfo) -> str | None:
        value = (value or "").strip()
        if value.lower() in _DEFAULT_WORDS:
            return None
        if value != info.context and not recap_templates.is_available(value):  # a deleted template can be kept
            known = ", ".join(each.name for each in recap_templates.list_available())
            raise invalid_value(f"There is no template {value[:40]!r}.", f"Omit it, or use one of {known}.")
        return value

    @field_validator("summary_language")
    @classmethod
    def _check_language(cls, value: str | None) -> str | None:
        return check_language(value, "The language of the recap (summary_language)", _DEFAULT_WORDS)

    @field_validator("model")
    @classmethod
    def _check_model(cls, value: str | None) -> str | None:
        value = (value or "").strip()
        if value.lower() in _DEFAULT_WORDS:
            return None
        if not _MODEL_NAME.fullmatch(value):
            raise invalid_value(
                "The language model (model) is invalid.", "Use its name in Ollama, such as llama3.1:8b, or omit it."
            )
        return value

    @field_validator("instructions")
    @classmethod
    def _check_instructions(cls, value: str | None) -> str | None:
        value = clean_lines(value or "")
        if len(value) > MAX_INSTRUCTIONS:
            raise invalid_value(
                f"The instructions have {len(value):,} characters.",
                f"Shorten them to {MAX_INSTRUCTIONS:,}.",
            )
        return value or None

    @field_validator("vocabulary")
    @classmethod
    def _check_vocabulary(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return clean_vocabulary(value)
        except InvalidVocabulary as error:
            raise invalid_value(error.message, error.hint) from error


FIELDS = tuple(RecapOptionsInput.model_fields)


def read_form(form: Mapping[str, str], current: RecapOptions | None = None) -> RecapOptions:
    """The options of a form; an empty field is the default. Without the field, the vocabulary stays.

    Raises InvalidRequest.
    """
    fields = pick_fields(form, FIELDS)
    fields["vocabulary"] = form.get("vocabulary", (current.vocabulary if current else None) or "")
    sent = validate(RecapOptionsInput, fields, current.template if current else None)
    return require_instructions(without_empty(RecapOptions(**sent.model_dump())))


def read_json(body: bytes, current: RecapOptions) -> RecapOptions:
    """The options of a JSON body: missing fields stay as they are, null is the default. Raises InvalidRequest."""
    sent = validate_json(RecapOptionsInput, body, current.template)
    return require_instructions(without_empty(replace(current, **sent.model_dump(exclude_unset=True))))


def pick_fields(form: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    """The named fields of a form, empty if missing. A form has other fields too, such as its CSRF token."""
    return {field: form.get(field, "") for field in fields}


def without_empty(options: RecapOptions) -> RecapOptions:
    """The options with no vocabulary instead of an empty one."""
    return replace(options, vocabulary=options.vocabulary or None)


def require_instructions(options: Options) -> Options:
    """The options, unless a custom prompt has no text. Raises InvalidRequest."""
    if options.template == CUSTOM and not options.instructions:
        raise InvalidRequest(
            "A custom prompt needs a text (instructions).",
            "Enter what the recap should focus on, or choose another template.",
            field="instructions",
        )
    return options


def check_language(value: str | None, label: str, default_words: Sequence[str]) -> str | None:
    """The code of a language, None for the default. For validators: raises the error of an invalid value."""
    value = (value or "").strip().lower()
    if value in default_words:
        return None
    if value not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise invalid_value(f"{label} {value[:20]!r} is unknown.", f"Omit it, or use one of {known}.")
    return value
