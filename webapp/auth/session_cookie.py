"""The cookie of a session: only over HTTPS where the request came by HTTPS, and below the path of the site."""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from webapp.security import wants_secure_cookies
from webapp.site_address import cookie_path


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie. It holds the token of the session and the CSRF token, no more."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the browser may send it over HTTPS only."""
        return wants_secure_cookies()

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Shared caches keep static files: a cookie in one would be everybody's."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)

    def get_cookie_path(self, app: Flask) -> str:
        """The path of the cookie."""
        return cookie_path()
