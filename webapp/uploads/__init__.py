"""Taking in recordings: the bytes go to disk once, hashed on the way."""

from __future__ import annotations

from flask import Flask

from webapp import security
from webapp.uploads import routes, tus


def register(app: Flask) -> None:
    """Add the upload page, its form and the protocol for resumable uploads."""
    app.register_blueprint(routes.pages)
    security.csrf.exempt(tus.files)  # it guards itself, without a look at the body
    app.register_blueprint(tus.files)
