"""The pages of administrators: speech models, and the recap templates that all users can choose."""

from __future__ import annotations

from flask import Flask

from webapp.admin import model_routes, routes


def register(app: Flask) -> None:
    """Add the admin pages."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(model_routes.blueprint)
