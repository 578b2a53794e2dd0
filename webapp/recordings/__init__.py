"""The library and the page of each recording."""

from __future__ import annotations

from flask import Flask

from webapp.recordings import pages, steps


def register(app: Flask) -> None:
    """Add the pages and the buttons on them."""
    app.register_blueprint(pages.pages)
    app.register_blueprint(steps.buttons)
