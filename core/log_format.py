"""Log lines on standard output, each with its service and job, as text or JSON. Never a word of a recording.

Whatever a message contains, it stays on its line: control characters are escaped here, and nowhere else. Only the lines
of a traceback follow below it, indented.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

import config
from core.control_characters import escape_controls, is_control

#: The job at work in this thread, "" outside of one.
job_id: ContextVar[str] = ContextVar("job_id", default="")
_INDENT = "\n    "


class LogFormatter(logging.Formatter):
    """Writes a record as one line of text, or as JSON."""

    def __init__(self, service: str, as_json: bool) -> None:
        super().__init__()
        self.service, self.as_json = service, as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        message = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        places = describe(error).splitlines() if error else []
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        fields = {"at": at, "level": record.levelname.lower(), "service": self.service, "job": job_id.get() or "-"}
        if self.as_json:
            return _as_json({**fields, "message": "\n".join([message, *places])})
        first = " ".join([*fields.values(), message])
        return _INDENT.join(escape_controls(line) for line in (first, *places))


def _as_json(fields: dict[str, str]) -> str:
    """One line of JSON, with control characters as JSON escapes them."""
    text = json.dumps(fields, ensure_ascii=False)
    return "".join(json.dumps(sign)[1:-1] if is_control(sign) else sign for sign in text)


def describe(error: BaseException) -> str:
    """An error for the log: its kind and where it was raised, but not its text, which may quote a recording."""
    lines = []
    while error is not None:
        lines.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
        error = error.__cause__  # type: ignore[assignment]
    return "\ncaused by\n".join(lines)


def make_formatter(service: str) -> LogFormatter:
    """The formatter of a service, as the settings ask for it."""
    return LogFormatter(service, config.load().log_format == "json")


def set_up_logging(service: str) -> None:
    """Send everything that is logged in this process to standard output."""
    _send_to(logging.StreamHandler(sys.stdout), service, config.load().log_level.upper())


def set_up_command_logging() -> None:
    """Send warnings to standard error: the standard output of a command is its answer."""
    _send_to(logging.StreamHandler(sys.stderr), "command", "WARNING")


def _send_to(handler: logging.Handler, service: str, level: str) -> None:
    handler.setFormatter(make_formatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "celery.app.trace", "celery.worker.strategy", "faster_whisper", "fontTools"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
