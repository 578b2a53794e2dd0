"""Authentication: logging in and out, sessions and API keys."""

from __future__ import annotations

from flask import Flask

from webapp.auth import routes, sessions


def register(app: Flask) -> None:
    """Add the login page and the sessions."""
    sessions.init_app(app)
    app.register_blueprint(routes.blueprint)
