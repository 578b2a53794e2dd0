"""Health checks of the site."""

from __future__ import annotations

from flask import Flask

from webapp.health import routes


def register(app: Flask) -> None:
    """Add /healthz and /readyz."""
    app.register_blueprint(routes.blueprint)
