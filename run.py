"""The two entry points: `app` for gunicorn and the `flask` commands, `celery` for Celery."""

import sys

import config

try:
    config.load()
except config.SettingsError as error:
    sys.exit(f"A setting is invalid.\n{error}")

from core.queue.celery_app import celery
from webapp import create_app

app = create_app()

__all__ = ["app", "celery"]
