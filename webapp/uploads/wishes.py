"""What the uploader asks for beside the file, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from core.recordings.options import MAX_SPEAKERS, UploadOptions
from webapp.errors import InvalidRequest
from webapp.recordings import choices

#: A form writes "find out" as an empty field; programs may say so in words.
_UNSAID = ("", "auto")


def from_form(form: Mapping[str, str]) -> UploadOptions:
    """The wishes of a form. Raises InvalidRequest where a value does not fit."""
    least, most = _number(form, "min_speakers"), _number(form, "max_speakers")
    if least is not None and most is not None and least > most:
        raise InvalidRequest(
            "min_speakers is larger than max_speakers.", "Exchange them, or leave one out.", field="min_speakers"
        )
    return UploadOptions(
        title=form.get("title", "").strip() or None,
        language=choices.read_language(form.get("language", ""), "language", "The language", _UNSAID),
        num_speakers=_number(form, "num_speakers"),
        min_speakers=least,
        max_speakers=most,
        **asdict(choices.from_form(form)),
    )


def _number(form: Mapping[str, str], field: str) -> int | None:
    value = form.get(field, "").strip().lower()
    if value in _UNSAID:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 3 and 1 <= int(value) <= MAX_SPEAKERS):
        raise InvalidRequest(
            f"The number of speakers ({field}) does not fit.", f"Give a number from 1 to {MAX_SPEAKERS}.", field=field
        )
    return int(value)
