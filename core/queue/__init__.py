"""Celery and Redis: the app, and the notifications that make a worker look for a job."""
