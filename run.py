"""The two entry points: `app` for Flask's commands and gunicorn, `celery` for Celery's."""

from library.queue import celery
from webapp import create_app

app = create_app()

__all__ = ["app", "celery"]
