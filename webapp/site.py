"""What every page shows: the theme and the banner of the demo models."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from sqlalchemy.exc import OperationalError

from core import worker_register
from core.clock import utc_now

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"


def theme() -> str:
    """The colours this browser asked for: system, light or dark."""
    chosen = request.cookies.get(THEME_COOKIE, "system")
    return chosen if chosen in THEMES else "system"


def uses_demo_models() -> bool:
    """Whether a live GPU worker works with the small demo models."""
    try:
        workers = worker_register.live_workers(utc_now())
    except OperationalError:  # also asked for by the page that says so
        return False
    return any(worker.models.is_demo for worker in workers if "gpu" in worker.queues)


def init_app(app: Flask) -> None:
    """Give the templates what they all need."""

    @app.context_processor
    def shared() -> dict[str, Any]:
        return {"theme": theme(), "uses_demo_models": uses_demo_models}
