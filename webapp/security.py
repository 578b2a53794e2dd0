"""What guards every request: headers, request ids, forged forms, floods."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect
from redis.backoff import NoBackoff
from redis.retry import Retry

import config
from webapp import errors

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: over https a form is checked against its referrer
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

csrf = CSRFProtect()
limiter = Limiter(
    key_func=get_remote_address,
    in_memory_fallback_enabled=True,  # without Redis each process counts for itself
    swallow_errors=True,
    strategy="moving-window",
    key_prefix="web",
)


def is_https(settings: config.Settings) -> bool:
    """Whether people reach the site over https."""
    return (settings.public_url or "").startswith("https://")


def init_app(app: Flask) -> None:
    """Put the guards before and after every request."""
    settings = config.load()
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis.replace("unix://", "redis+unix://", 1),
        RATELIMIT_STORAGE_OPTIONS={
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
            "retry": Retry(NoBackoff(), 0),  # a request does not wait for Redis to come back
        },
    )
    app.before_request(_name_request)
    app.before_request(_require_secret)
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(_add_headers)

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Response:
        return errors.answer(errors.CrossSite())

    @app.errorhandler(RateLimitExceeded)
    def flooded(error: RateLimitExceeded) -> Any:
        return error.response or errors.answer(errors.RateLimited(seconds_to_wait()))


def seconds_to_wait() -> int:
    """Seconds until the limit that was hit opens again."""
    hit = limiter.current_limit
    return round(hit.reset_at - time.time()) + 1 if hit else 30


def _name_request() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _require_secret() -> None:
    if not config.load().secret and request.path != "/healthz":
        raise errors.Unavailable("SECRET_KEY is not set.", "Set it to 32 random characters or more, then start again.")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if is_https(config.load()):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def check_token() -> None:
    """Refuse a form that did not come from one of our pages; for the one whose body is parsed late."""
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


def refuse_other_sites() -> None:
    """Refuse a browser's request that another site caused, before its body is read. Raises CrossSite."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise errors.CrossSite()
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc not in _own_hosts():
        raise errors.CrossSite()


def refuse_forged() -> None:
    """Refuse a browser's request that did not come from one of our pages, without a look at its body. Raises CrossSite.

    Browsers say where a request comes from; of those that do not, the form's token is asked for as a header.
    """
    refuse_other_sites()
    if "Origin" not in request.headers and "Sec-Fetch-Site" not in request.headers:
        check_token()


def _own_hosts() -> set[str]:
    public = config.load().public_url
    return {request.host, urlsplit(public).netloc} if public else {request.host}
