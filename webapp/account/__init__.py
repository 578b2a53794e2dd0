"""The user's account: password, sessions, API keys and theme."""

from __future__ import annotations

from flask import Flask

from webapp.account import routes


def register(app: Flask) -> None:
    """Add the account page."""
    app.register_blueprint(routes.blueprint)
