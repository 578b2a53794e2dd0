"""The options that a form or a client sends with an upload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Self

from pydantic import ValidationInfo, field_validator, model_validator

from core.recordings.options import MAX_SPEAKERS, MAX_TRACK, UploadOptions
from pipeline.separate_channels import Channels
from webapp.recordings import meeting_details
from webapp.recordings.recap_options import RecapOptionsInput, check_language, pick_fields, require_instructions
from webapp.validation import invalid_value, validate

#: A form leaves a field empty to detect its value automatically; clients can say so in a word.
_AUTOMATIC = ("", "auto")
_ALL_TRACKS = ("", "all")


class UploadOptionsInput(RecapOptionsInput):
    """Upload options as sent; None or an empty text means: detect automatically, or the default."""

    title: str | None = None
    language: str | None = None
    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None
    track: int | None = None
    channels: str | None = None

    @field_validator("title")
    @classmethod
    def _strip_title(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @field_validator("language")
    @classmethod
    def _check_spoken_language(cls, value: str | None) -> str | None:
        return check_language(value, "The language", _AUTOMATIC)

    @field_validator("num_speakers", "min_speakers", "max_speakers", mode="before")
    @classmethod
    def _read_number(cls, value: object, info: ValidationInfo) -> int | None:
        text = _clean(value)
        if text in _AUTOMATIC:
            return None
        if not _is_number(text, MAX_SPEAKERS):
            raise invalid_value(
                f"The number of speakers ({info.field_name}) is invalid.", f"Use a number from 1 to {MAX_SPEAKERS}."
            )
        return int(text)

    @field_validator("track", mode="before")
    @classmethod
    def _read_track(cls, value: object) -> int | None:
        text = _clean(value)
        if text in _ALL_TRACKS:
            return None
        if not _is_number(text, MAX_TRACK):
            raise invalid_value("The sound track (track) is invalid.", f"Use all, or a number from 1 to {MAX_TRACK}.")
        return int(text)

    @field_validator("channels", mode="before")
    @classmethod
    def _read_channels(cls, value: object) -> str | None:
        text = _clean(value)
        if text in _AUTOMATIC:
            return None
        if text not in tuple(Channels):
            raise invalid_value("The choice of channels (channels) is invalid.", f"Use one of {', '.join(Channels)}.")
        return text

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.min_speakers is not None and self.max_speakers is not None and self.min_speakers > self.max_speakers:
            raise invalid_value(
                "min_speakers is larger than max_speakers.", "Swap them, or omit one.", field="min_speakers"
            )
        return self


def _clean(value: object) -> str:
    return str("" if value is None else value).strip().lower()


def _is_number(text: str, most: int) -> bool:
    """Whether a text is a number from 1 to `most`."""
    return text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= most


FIELDS = tuple(UploadOptionsInput.model_fields)


def read_upload_options(form: Mapping[str, str]) -> UploadOptions:
    """The upload options of a form, or of the metadata of a resumable upload. Raises InvalidRequest.

    An empty vocabulary is none; without the field it is that of the account. `calendar` is the text of a calendar file:
    it tells what the other fields leave open.
    """
    sent = validate(UploadOptionsInput, {**pick_fields(form, FIELDS), "vocabulary": form.get("vocabulary")})
    title, details = meeting_details.read_upload(form)
    options = UploadOptions(**sent.model_dump(), details=details)
    return require_instructions(replace(options, title=options.title or title))
