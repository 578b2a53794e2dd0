"""The pages of administrators: the recap templates that all users can choose."""

from __future__ import annotations

from flask import Flask

from webapp.admin import routes


def register(app: Flask) -> None:
    """Add the admin pages."""
    app.register_blueprint(routes.blueprint)
