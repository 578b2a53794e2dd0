"""The pages of administrators: first steps, speech models, recap templates, and the letterhead of all documents."""

from __future__ import annotations

from flask import Flask

from webapp.admin import first_steps_routes, letterhead_routes, model_routes, routes
from webapp.first_steps import ollama_checker


def register(app: Flask) -> None:
    """Add the admin pages."""
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(model_routes.blueprint)
    app.register_blueprint(letterhead_routes.blueprint)
    ollama_checker.init_app(app)
    app.register_blueprint(first_steps_routes.blueprint)
