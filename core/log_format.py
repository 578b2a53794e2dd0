"""Log lines on standard output, each with its service and job, as text or JSON. Never a word of a recording."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

import config

#: The job at work in this thread, "" outside of one.
job_id: ContextVar[str] = ContextVar("job_id", default="")


class _Formatter(logging.Formatter):
    def __init__(self, service: str, as_json: bool) -> None:
        super().__init__()
        self.service, self.as_json = service, as_json

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text += "\n" + describe(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        fields = {"at": at, "level": record.levelname.lower(), "service": self.service, "job": job_id.get() or "-"}
        if self.as_json:
            return json.dumps({**fields, "message": text}, ensure_ascii=False)
        return " ".join([*fields.values(), text])


def describe(error: BaseException) -> str:
    """An error for the log: its kind and where it was raised, but not its text, which may quote a recording."""
    lines = []
    while error is not None:
        lines.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
        error = error.__cause__  # type: ignore[assignment]
    return "\ncaused by\n".join(lines)


def set_up_logging(service: str) -> None:
    """Send everything that is logged in this process to standard output."""
    settings = config.load()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Formatter(service, settings.log_format == "json"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("httpx", "httpcore", "celery.app.trace", "celery.worker.strategy", "faster_whisper", "fontTools"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
