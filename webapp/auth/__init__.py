"""Authentication: logging in and out, sessions and API keys."""

from __future__ import annotations

from flask import Flask

from webapp.auth import authentication, routes


def register(app: Flask) -> None:
    """Add the login page and the sessions."""
    authentication.init_app(app)
    app.register_blueprint(routes.blueprint)
