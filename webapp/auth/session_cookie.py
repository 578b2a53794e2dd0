"""The cookie of a session: only over HTTPS where the request came by HTTPS, and below the path of the site."""

from __future__ import annotations

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from webapp.security import wants_secure_cookies
from webapp.site_address import cookie_path


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie. It holds the token of the session and the CSRF token, no more."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the browser may send it over HTTPS only."""
        return wants_secure_cookies()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, except with a static file: shared caches keep those, and it would be everybody's."""
        if request.endpoint != "static":
            super().save_session(app, session, response)

    def get_cookie_path(self, app: Flask) -> str:
        """The path of the cookie."""
        return cookie_path()
