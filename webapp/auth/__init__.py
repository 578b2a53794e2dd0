"""Authentication: logging in and out, sessions and API keys."""

from __future__ import annotations

from flask import Flask

from webapp.auth import authentication, routes
from webapp.auth.session_cookie import SessionCookie


def register(app: Flask) -> None:
    """Add the login page and the sessions."""
    app.session_interface = SessionCookie()
    authentication.init_app(app)
    app.register_blueprint(routes.blueprint)
