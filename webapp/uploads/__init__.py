"""Uploads, by a form in one request and by the tus protocol in resumable parts."""

from __future__ import annotations

from flask import Flask

from webapp import security
from webapp.uploads import routes, tus_routes


def register(app: Flask) -> None:
    """Add the upload page, its form, and the protocol for resumable uploads."""
    app.register_blueprint(routes.blueprint)
    security.csrf.exempt(tus_routes.blueprint)  # it checks the origin itself, without reading the body
    app.register_blueprint(tus_routes.blueprint)
