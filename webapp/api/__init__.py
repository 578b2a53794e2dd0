"""The JSON API under /api/v1, for programs with an API key."""

from __future__ import annotations

from flask import Flask

from webapp import security
from webapp.api import routes


def register(app: Flask) -> None:
    """Add the API. It knows no session, so no form can be forged against it."""
    security.csrf.exempt(routes.api)
    app.register_blueprint(routes.api)
