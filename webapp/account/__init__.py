"""A user's own account: password, API keys, colours."""

from __future__ import annotations

from flask import Flask

from webapp.account import routes


def register(app: Flask) -> None:
    """Add the account page."""
    app.register_blueprint(routes.pages)
