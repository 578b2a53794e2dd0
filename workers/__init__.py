"""Celery tasks: claim a job, run its step, report. The parent process and beat load no engine."""
