"""The first steps: a page that leads an administrator through the set-up, and when its banner is shown."""

from __future__ import annotations

from flask import Flask

from webapp.first_steps import ollama_checker, routes


def register(app: Flask) -> None:
    """Add the page."""
    ollama_checker.init_app(app)
    app.register_blueprint(routes.blueprint)
