"""Logging in and out."""

from __future__ import annotations

from flask import Flask

from webapp.auth import routes, sessions


def register(app: Flask) -> None:
    """Add the log-in page and the sessions."""
    sessions.init_app(app)
    app.register_blueprint(routes.pages)
