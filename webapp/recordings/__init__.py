"""The library and the page of each recording."""

from __future__ import annotations

from flask import Flask

from webapp.recordings import pages, steps, voices


def register(app: Flask) -> None:
    """Add the pages and the buttons on them."""
    app.register_blueprint(pages.pages)
    app.register_blueprint(steps.buttons)
    app.register_blueprint(voices.voices)
