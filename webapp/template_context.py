"""What every page shows: the theme, and the banner about demo models."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from sqlalchemy.exc import OperationalError

from core import worker_register
from core.clock import utc_now

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


def init_app(app: Flask) -> None:
    """Give all templates the values they share."""

    @app.context_processor
    def add_shared_values() -> dict[str, Any]:
        return {"theme": theme(), "uses_demo_models": uses_demo_models}
