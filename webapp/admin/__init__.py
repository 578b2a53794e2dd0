"""What administrators look after: the templates that everybody can choose."""

from __future__ import annotations

from flask import Flask

from webapp.admin import template_pages


def register(app: Flask) -> None:
    """Add the pages of administrators."""
    app.register_blueprint(template_pages.pages)
