"""Help pages that the site links to."""

from __future__ import annotations

from flask import Flask

from webapp.help import routes


def register(app: Flask) -> None:
    """Add the help pages."""
    app.register_blueprint(routes.blueprint)
