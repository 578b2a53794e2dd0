"""The cookie of a session: it stays below the path of the site."""

from __future__ import annotations

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from webapp.site_address import cookie_path


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie."""

    def get_cookie_path(self, app: Flask) -> str:
        """The path of the cookie."""
        return cookie_path()
