"""The one place that turns an error into a response: a page or JSON."""

from __future__ import annotations

import logging
from typing import Any, cast

from flask import Flask, Response, g, jsonify, render_template, request
from sqlalchemy.exc import InternalError as DatabaseInternalError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestedRangeNotSatisfiable

from core.accounts.passwords import TooBusy
from core.database import problems as database_problems
from pipeline.errors import InternalError, PipelineError
from webapp.errors import (
    Conflict,
    ConnectionLost,
    ConnectionStalled,
    Forbidden,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthorized,
    Unavailable,
    WebError,
    WrongContentType,
)

log = logging.getLogger(__name__)

#: HTTP status of the errors that pipeline and core raise within a request, by code.
_STATUS = {
    "storage_full": 507,
    "invalid_request": 422,
    "quota_exceeded": 403,
    "account_closed": 403,
    "offset_conflict": 409,
    "upload_gone": 410,
    "conflict": 409,
    "not_found": 404,
    "unavailable": 503,
}
#: Our errors for those that Flask and Werkzeug raise, by HTTP status.
_ERRORS_BY_STATUS: dict[int, type[WebError]] = {
    error.status: error for error in (Unauthorized, Forbidden, NotFound, Conflict, TooLarge, WrongContentType)
}


class _OtherHTTPError(WebError):
    """Any other HTTP error. Its code is made from its name, such as method_not_allowed."""

    def __init__(self, error: HTTPException) -> None:
        self.http_status = error.code or 500
        self.code = error.name.lower().replace(" ", "_")  # type: ignore[misc]
        super().__init__(f"{error.name}.", "Check the address and the HTTP method.")


def status_of(error: PipelineError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, _OtherHTTPError):
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
    """Whether the client is a program: a client of the API, or a script of our pages."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return is_api_request() or best == "application/json"


def is_api_request() -> bool:
    """Whether this address is part of the API or of the upload protocol."""
    return request.path.startswith(("/api/", "/files/"))


def make_response(error: PipelineError) -> Response:
    """The response for an error: JSON for programs, a page for people."""
    status = status_of(error)
    if wants_json():
        response = jsonify(as_json(error))
    else:
        response = Response(render_template("error.html", error=error, status=status), mimetype="text/html")
    response.status_code = status
    if isinstance(error, RateLimited | TooBusy):
        response.headers["Retry-After"] = str(error.wait_seconds)
    if status == 401 and is_api_request():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def init_app(app: Flask) -> None:
    """Handle every error of the app."""

    @app.errorhandler(PipelineError)
    def handle_known(error: PipelineError) -> Response:
        return make_response(error)

    @app.errorhandler(OperationalError)
    def handle_database(error: OperationalError) -> Response:
        log.error("request %s: the database does not answer: %s", g.get("request_id"), error.orig)
        return make_response(Unavailable())

    @app.errorhandler(DatabaseInternalError)
    def handle_read_only(error: DatabaseInternalError) -> Response:
        if not database_problems.is_read_only(error):
            return handle_unknown(error)
        log.error("request %s: the database is read-only", g.get("request_id"))
        return make_response(Unavailable("The database takes no changes at the moment."))

    @app.errorhandler(HTTPException)
    def handle_http(error: HTTPException) -> Response:
        if error.response is not None:
            return cast(Response, error.response)  # a redirect or a complete response
        if isinstance(error, ClientDisconnected):
            stalled = isinstance(error.__context__, TimeoutError)
            return make_response(ConnectionStalled() if stalled else ConnectionLost())
        known_error = _ERRORS_BY_STATUS.get(error.code or 500)
        response = make_response(known_error() if known_error else _OtherHTTPError(error))
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed))
        if isinstance(error, RequestedRangeNotSatisfiable):
            response.headers["Content-Range"] = f"bytes */{error.length}"
        return response

    @app.errorhandler(Exception)
    def handle_unknown(error: Exception) -> Response:
        log.exception("request %s failed", g.get("request_id"))
        return make_response(
            InternalError(hint=f"Try again. If it happens again, report this request ID: {g.get('request_id')}.")
        )
