"""Saying that a recap was reviewed, by its page or by the API."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from core.clock import utc_now
from core.database.tables import Recording, User
from core.queue import notifications
from core.recordings import edits
from core.recordings.reviews import find_review
from webapp import errors
from webapp.validation import check_flag, check_whole, fields_of, validate, validate_json


class ReviewInput(BaseModel):
    """Whether a recap was reviewed. `version` and `seen`, the last edit, say which state of it the sender saw."""

    model_config = ConfigDict(extra="forbid")

    reviewed: bool
    version: int | None = None
    seen: int | None = None

    @field_validator("reviewed", mode="before")
    @classmethod
    def _check_flag(cls, value: object, info: ValidationInfo) -> object:
        return check_flag(value, info)

    @field_validator("version", "seen", mode="before")
    @classmethod
    def _check_number(cls, value: object, info: ValidationInfo) -> object:
        return check_whole(value, info)


def read_review(body: bytes) -> ReviewInput:
    """What a JSON body says of a review. Raises InvalidRequest."""
    return validate_json(ReviewInput, body)


def read_review_form(form: Mapping[str, str]) -> ReviewInput:
    """What a form says of a review. Raises InvalidRequest."""
    return validate(ReviewInput, fields_of(form))


def set_review(recording: Recording, author: User, sent: ReviewInput) -> None:
    """Keep that the recap was reviewed, or take that back; the PDF is made again.

    Raises Conflict if it needs no review, or is not what the sender saw.
    """
    review = find_review(recording.id)
    if review is None or recording.version is None:
        raise errors.Conflict("This recap does not wait for a review.", "Recaps do if your account page says so.")
    if sent.version not in (None, recording.version):
        raise errors.Conflict("The recap was written again meanwhile.", "Review it as it is now.")
    if sent.reviewed and review.edit is None:
        edits.add_review(recording.id, author.id, recording.version, sent.seen, utc_now())
    elif not sent.reviewed and review.edit is not None:
        edits.undo(recording.id, author.id, review.edit, sent.seen, utc_now())
    notifications.notify("cpu")
