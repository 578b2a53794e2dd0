"""What every page shows: the theme, and the banner about demo models or an unfinished set-up."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_login import current_user
from sqlalchemy.exc import OperationalError

from core import worker_register
from core.clock import utc_now
from webapp.first_steps import steps
from webapp.settings import current_settings

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"


def theme() -> str:
    """The theme that this browser chose: system, light or dark."""
    chosen = request.cookies.get(THEME_COOKIE, "system")
    return chosen if chosen in THEMES else "system"


def uses_demo_models() -> bool:
    """Whether a live GPU worker uses the small demo models."""
    try:
        workers = worker_register.live_workers(utc_now())
    except OperationalError:  # the page that reports the missing database calls this too
        return False
    return any(worker.models.is_demo for worker in workers if "gpu" in worker.queues)


def open_first_steps() -> list[str]:
    """The first steps that are left to an administrator; none for others."""
    return steps.find_open_titles(current_settings(), current_user.user)


def init_app(app: Flask) -> None:
    """Give all templates the values they share."""

    @app.context_processor
    def add_shared_values() -> dict[str, Any]:
        return {"theme": theme(), "uses_demo_models": uses_demo_models, "open_first_steps": open_first_steps}
