"""The JSON API under /api/v1, for programs with an API key."""

from __future__ import annotations

from flask import Flask

from webapp import security
from webapp.api.minutes_routes import blueprint


def register(app: Flask) -> None:
    """Add the API. It uses no session, so it needs no CSRF protection."""
    security.csrf.exempt(blueprint)
    app.register_blueprint(blueprint)
