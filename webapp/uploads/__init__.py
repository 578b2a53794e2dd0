"""Taking in recordings: the bytes go to disk once, hashed on the way."""

from __future__ import annotations

from flask import Flask

from webapp.uploads import routes


def register(app: Flask) -> None:
    """Add the upload page and its form."""
    app.register_blueprint(routes.pages)
