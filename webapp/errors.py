"""The errors of web requests."""

from __future__ import annotations

from typing import ClassVar

from core.database.tables import Recording, Status
from pipeline.errors import PipelineError


class WebError(PipelineError):
    """A request that cannot be served. `status` is the HTTP status of the response."""

    status: ClassVar[int] = 400


class NoFile(WebError):
    """An upload without a file, or with an empty file."""

    code = "no_file"
    default_message = "No file was sent."
    default_hint = "Choose a recording, then upload it."


class ConnectionLost(WebError):
    """The body broke off. The client may not be there to read this."""

    code, retryable = "line_lost", True
    default_message = "The connection was lost before all bytes had arrived."
    default_hint = "Send them again. A resumable upload continues from the offset that HEAD returns."


class ConnectionStalled(ConnectionLost):
    """The client is there, but nothing, or next to nothing, arrives."""

    status = 408
    default_message = "The connection was too slow: next to nothing arrived for a minute."


class TooLarge(WebError):
    """A body larger than allowed."""

    code, status = "too_large", 413
    default_message = "This is larger than allowed."
    default_hint = "Send a smaller request."


class Unauthorized(WebError):
    """The client is not logged in, or its API key is unknown."""

    code, status = "unauthorized", 401
    default_message = "This needs an API key."
    default_hint = "Send the header `Authorization: Bearer <key>`. Create a key on the account page."


class Forbidden(WebError):
    """The user may not do this."""

    code, status = "forbidden", 403
    default_message = "This is not allowed."
    default_hint = "Ask your administrator."


class PasswordChangeRequired(Forbidden):
    """Somebody else chose the user's password, and the user has not replaced it yet."""

    code = "password_change_required"
    default_message = "Your password was chosen by somebody else."
    default_hint = "Open the site in a browser and choose your own password, then try again."


class CrossSite(Forbidden):
    """A form that was not sent from a page of this site."""

    code = "csrf"
    default_message = "This form is no longer valid."
    default_hint = "Go back, reload the page, then send the form again."


class NotFound(WebError):
    """Nothing exists at this address, or it belongs to another user."""

    code, status = "not_found", 404
    default_message = "There is nothing at this address."
    default_hint = "It may have been deleted. Your recordings are in the library."


class Conflict(WebError):
    """The state of the recording does not allow this."""

    code, status = "conflict", 409
    default_message = "The state of the recording does not allow this."
    default_hint = "Check the status of the recording."


class NotReady(Conflict):
    """A result that is not available yet."""

    default_message = "The result is not available yet."
    default_hint = "Try again when the recording is done."
    retryable = True


def not_ready(recording: Recording, message: str) -> Conflict:
    """The error for a missing result: NotReady while the job is unfinished, else Conflict with the reason."""
    if recording.job.status in (Status.QUEUED, Status.RUNNING):
        return NotReady(message)
    reason = recording.job.error_message or "The job was cancelled first."
    return Conflict(f"There is no result. {reason}", recording.job.error_hint or "Retry the recording.")


class WrongContentType(WebError):
    """A body of an unsupported content type."""

    code, status = "unsupported_content_type", 415
    default_message = "The body is not multipart/form-data."
    default_hint = "Send the recording as the field `file` of a multipart form."


class InvalidRequest(WebError):
    """An invalid value; `field` names it."""

    code, status = "invalid_request", 422
    default_message = "A value is invalid."
    default_hint = "Correct it, then send it again."

    def __init__(self, message: str | None = None, hint: str | None = None, field: str | None = None) -> None:
        super().__init__(message, hint)
        self.field = field


class RateLimited(WebError):
    """Too many requests. `wait_seconds` says when to try again."""

    code, status, retryable = "rate_limited", 429, True

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = max(1, wait_seconds)
        super().__init__("Too many tries.", f"Try again in {self.wait_seconds} s.")


class TooManyAtOnce(RateLimited):
    """More uploads at the same time than one user may have."""

    def __init__(self, most: int) -> None:
        super().__init__(wait_seconds=5)
        self.message = f"You are already sending {most} files at once."
        self.hint = "Send the others when these have arrived."


class Unavailable(WebError):
    """A component that this request needs is unavailable."""

    code, status, retryable = "unavailable", 503, True
    default_message = "The database does not answer."
    default_hint = "Try again in a minute. If the problem persists, ask your administrator."
