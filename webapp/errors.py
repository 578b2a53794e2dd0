"""Errors of the web: their kinds, and the one place that turns any error into a page or into JSON."""

from __future__ import annotations

import logging
from typing import Any, ClassVar, cast

from flask import Flask, Response, g, jsonify, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from core.database.tables import Recording, Status
from pipeline.errors import InternalError, PipelineError

log = logging.getLogger(__name__)


class WebError(PipelineError):
    """A request that cannot be served as asked; `status` is its HTTP status."""

    status: ClassVar[int] = 400


class NoFile(WebError):
    """An upload without a file, or with an empty one."""

    code = "no_file"
    default_message = "No file was sent."
    default_hint = "Choose a recording, then upload it."


class TooLarge(WebError):
    """More bytes than the owner allows."""

    code, status = "too_large", 413
    default_message = "This is larger than allowed."
    default_hint = "Send less at once."


class Unauthorized(WebError):
    """Nobody is logged in, or the API key is not known."""

    code, status = "unauthorized", 401
    default_message = "This needs an API key."
    default_hint = "Send the header `Authorization: Bearer <key>`; keys are made on the account page."


class Forbidden(WebError):
    """Somebody is known, but may not do this."""

    code, status = "forbidden", 403
    default_message = "This is not allowed."
    default_hint = "Ask the person who runs this server."


class CrossSite(Forbidden):
    """A form that did not come from a page of this site."""

    code = "csrf"
    default_message = "This form is no longer valid."
    default_hint = "Go back, load the page anew, then send it again."


class NotFound(WebError):
    """There is nothing here, or it is somebody else's."""

    code, status = "not_found", 404
    default_message = "There is nothing at this address."
    default_hint = "It may have been deleted. Your recordings are in the library."


class Conflict(WebError):
    """The recording is in a state that does not allow it."""

    code, status = "conflict", 409
    default_message = "This cannot be done as the recording stands."
    default_hint = "Look at the status of the recording."


class NotReady(Conflict):
    """A result that is not there yet."""

    default_message = "The result is not there yet."
    default_hint = "Ask again when the recording is done."
    retryable = True


def not_ready(recording: Recording, message: str) -> Conflict:
    """Why a result is not there: it is still to come, or (waiting does not help) the job has ended without it."""
    if recording.job.status in (Status.QUEUED, Status.RUNNING):
        return NotReady(message)
    reason = recording.job.error_message or "The job was cancelled before it."
    return Conflict(f"The result is not there. {reason}", recording.job.error_hint or "Try the recording again.")


class WrongContentType(WebError):
    """A body in a form that is not read here."""

    code, status = "unsupported_content_type", 415
    default_message = "The body is not multipart/form-data."
    default_hint = "Send the recording as the field `file` of a multipart form."


class InvalidRequest(WebError):
    """A value that does not fit; `field` names it."""

    code, status = "invalid_request", 422
    default_message = "A value does not fit."
    default_hint = "Correct it, then send it again."

    def __init__(self, message: str | None = None, hint: str | None = None, field: str | None = None) -> None:
        super().__init__(message, hint)
        self.field = field


class RateLimited(WebError):
    """Too many requests; `wait_seconds` says when to come back."""

    code, status, retryable = "rate_limited", 429, True

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = max(1, wait_seconds)
        super().__init__("Too many tries.", f"Try again in {self.wait_seconds} s.")


class Unavailable(WebError):
    """A part that this request needs is away."""

    code, status, retryable = "unavailable", 503, True
    default_message = "The database does not answer."
    default_hint = "Try again in a minute. If it stays so, ask the person who runs this server."


#: HTTP status of the errors that pipeline and core raise within a request.
_STATUS = {
    "storage_full": 507,
    "invalid_request": 422,
    "quota_exceeded": 403,
    "offset_conflict": 409,
    "upload_gone": 410,
}

#: What is said of the errors that Flask and Werkzeug raise.
_KINDS: dict[int, type[WebError]] = {
    kind.status: kind for kind in (Unauthorized, Forbidden, NotFound, Conflict, TooLarge, WrongContentType)
}


class _PlainHTTP(WebError):
    """Any other HTTP error, with a code made of its name: method_not_allowed."""

    def __init__(self, error: HTTPException) -> None:
        self.http_status = error.code or 500
        self.code = error.name.lower().replace(" ", "_")  # type: ignore[misc]
        super().__init__(f"{error.name}.", "Check the address and the way it was asked for.")


def status_of(error: PipelineError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, _PlainHTTP):
        return error.http_status
    return error.status if isinstance(error, WebError) else _STATUS.get(error.code, 500)


def as_json(error: PipelineError) -> dict[str, Any]:
    """The body of an error in the API."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "hint": error.hint,
            "retryable": error.retryable,
            "request_id": g.get("request_id"),
        }
    }


def wants_json() -> bool:
    """Whether a program asks: the API, or a script of our own pages."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return is_for_programs() or best == "application/json"


def is_for_programs() -> bool:
    """Whether this address is part of the API or of the upload protocol."""
    return request.path.startswith(("/api/", "/files/"))


def answer(error: PipelineError) -> Response:
    """The response that says what went wrong: JSON for programs, a page for people."""
    status = status_of(error)
    if wants_json():
        response = jsonify(as_json(error))
    else:
        response = Response(render_template("error.html", error=error, status=status), mimetype="text/html")
    response.status_code = status
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.wait_seconds)
    if status == 401 and is_for_programs():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def init_app(app: Flask) -> None:
    """Answer every error in the same words and the same look."""

    @app.errorhandler(PipelineError)
    def known(error: PipelineError) -> Response:
        return answer(error)

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> Response:
        log.error("request %s: the database does not answer: %s", g.get("request_id"), error.orig)
        return answer(Unavailable())

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.response is not None:
            return cast(Response, error.response)  # a redirect or a ready answer
        kind = _KINDS.get(error.code or 500)
        response = answer(kind() if kind else _PlainHTTP(error))
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        log.exception("request %s failed", g.get("request_id"))
        return answer(InternalError(hint=f"Try again. If it happens again, name this number: {g.get('request_id')}."))
