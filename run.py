"""The two entry points: `app` for gunicorn and the `flask` commands, `celery` for Celery."""

import sys

import config
from core.storage.private_files import keep_files_private

try:
    keep_files_private(config.load().data_dir)  # before anything makes a file
except config.SettingsError as error:
    sys.exit(f"A setting is invalid.\n{error}")

from core.queue.celery_app import celery
from webapp import create_app

app = create_app()

__all__ = ["app", "celery"]
