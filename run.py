"""The two entry points: `app` for gunicorn and the `flask` commands, `celery` for Celery."""

import os
import sys

import config
from core.storage.private_files import keep_files_private

try:
    keep_files_private(config.load().data_dir)  # before anything makes a file
except config.SettingsError as error:
    sys.exit(f"A setting is invalid.\n{error}")

from core import log_format
from core.queue.celery_app import celery
from webapp import create_app

if "FLASK_RUN_FROM_CLI" in os.environ:
    log_format.set_up_command_logging()
else:
    log_format.set_up_logging("web")  # workers and beat name themselves later

app = create_app()

__all__ = ["app", "celery"]
