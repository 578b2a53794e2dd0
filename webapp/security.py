"""What protects every request: security headers, request IDs, CSRF checks and rate limits."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError, CSRFProtect
from redis.backoff import NoBackoff
from redis.retry import Retry

import config
from webapp import error_responses, errors
from webapp.network import client_network
from webapp.same_origin import is_from_other_site
from webapp.settings import current_settings

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "media-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: over HTTPS a form's referrer is checked
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

csrf = CSRFProtect()
limiter = Limiter(
    key_func=lambda: client_network(request.remote_addr),
    in_memory_fallback_enabled=True,  # without Redis each process counts on its own
    swallow_errors=True,
    strategy="moving-window",
    key_prefix="web",
)


def is_https(settings: config.Settings) -> bool:
    """Whether the site is reached over HTTPS."""
    return (settings.public_url or "").startswith("https://")


def wants_secure_cookies() -> bool:
    """Whether cookies may be sent over HTTPS only: the site's address says so, or this request came by HTTPS."""
    return is_https(current_settings()) or request.is_secure


def init_app(app: Flask, settings: config.Settings) -> None:
    """Protect every request of the app."""
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis.replace("unix://", "redis+unix://", 1),
        RATELIMIT_STORAGE_OPTIONS={
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
            "retry": Retry(NoBackoff(), 0),  # a request does not wait for Redis to come back
        },
    )
    app.before_request(_assign_request_id)
    app.before_request(_require_secret)
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(_add_headers)

    @app.errorhandler(CSRFError)
    def handle_csrf(_error: CSRFError) -> Response:
        return error_responses.make_response(errors.CrossSite())

    @app.errorhandler(RateLimitExceeded)
    def handle_rate_limit(error: RateLimitExceeded) -> Any:
        return error.response or error_responses.make_response(errors.RateLimited(seconds_to_wait()))


def seconds_to_wait() -> int:
    """Seconds until the exceeded rate limit allows another request."""
    hit = limiter.current_limit
    return round(hit.reset_at - time.time()) + 1 if hit else 30


def _assign_request_id() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _require_secret() -> None:
    if not current_settings().secret and request.path != "/healthz":
        raise errors.Unavailable("SECRET_KEY is not set.", "Set it to at least 32 random characters, then restart.")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if is_https(current_settings()):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def check_token() -> None:
    """Check the CSRF token of a form whose body is parsed late."""
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


def refuse_other_sites() -> None:
    """Refuse a request that another site made the browser send, before its body is read. Raises CrossSite."""
    if is_from_other_site():
        raise errors.CrossSite()


def refuse_forged() -> None:
    """Refuse a browser's request that was not sent from one of our pages, without reading its body. Raises CrossSite.

    Browsers say where a request comes from. If one does not, it must send the CSRF token as a header.
    """
    refuse_other_sites()
    if "Origin" not in request.headers and "Sec-Fetch-Site" not in request.headers:
        check_token()
