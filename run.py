"""The two entry points: `app` for Flask's commands and gunicorn, `celery` for Celery's."""

import sys

import config

try:
    config.load()
except config.SettingsError as error:
    sys.exit(f"A setting is wrong.\n{error}")

from library.queue import celery  # noqa: E402  (both read the settings when they are loaded)
from webapp import create_app  # noqa: E402

app = create_app()

__all__ = ["app", "celery"]
