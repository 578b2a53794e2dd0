"""Short pages of help that the product itself links to."""

from __future__ import annotations

from flask import Flask

from webapp.help import routes


def register(app: Flask) -> None:
    """Add the help pages."""
    app.register_blueprint(routes.pages)
