"""The library, and the page of each recording."""

from __future__ import annotations

from flask import Flask

from webapp.recordings import (
    action_routes,
    edit_routes,
    minutes_routes,
    parts_routes,
    replace_routes,
    routes,
    selection_routes,
)


def register(app: Flask) -> None:
    """Add the pages and their actions."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(action_routes.blueprint)
    app.register_blueprint(edit_routes.blueprint)
    app.register_blueprint(replace_routes.blueprint)
    app.register_blueprint(minutes_routes.blueprint)
    app.register_blueprint(parts_routes.blueprint)
    app.register_blueprint(selection_routes.blueprint)
