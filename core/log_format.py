"""Log lines on standard output, each with its service and job, as text or JSON. Never a word of a recording."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

import config
from configuration.addresses import mask
from core.printable import printable

#: The job at work in this thread, "" outside of one.
job_id: ContextVar[str] = ContextVar("job_id", default="")
_TRACE = "trace"
#: Libraries whose ordinary messages help nobody.
_NOISY = (
    "alembic", "httpx", "httpcore", "celery.app.trace", "celery.worker.strategy", "faster_whisper", "fontTools",
)  # fmt: skip


class LogFormatter(logging.Formatter):
    """Writes a record as one line, and one more for each line of a traceback.

    What is not printable is escaped here and nowhere else, so no text can forge a line or change a terminal.
    """

    def __init__(self, service: str, as_json: bool) -> None:
        super().__init__()
        self.service, self.as_json = service, as_json

    def format(self, record: logging.LogRecord) -> str:
        """The lines of a record."""
        lines = [mask(record.getMessage()), *getattr(record, _TRACE, ())]
        if record.exc_info and record.exc_info[1]:
            lines += describe(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        fields = {"at": at, "level": record.levelname.lower(), "service": self.service, "job": job_id.get() or "-"}
        if self.as_json:
            text = json.dumps({**fields, "message": "\n".join(lines)}, ensure_ascii=False)
            return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
        return "\n".join(" ".join([*fields.values(), printable(line)]) for line in lines)


def describe(error: BaseException) -> list[str]:
    """An error for the log: its kind and where it was raised, but not its text, which may quote a recording."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        lines += ["caused by"] if lines else []
        lines += "".join(traceback.format_tb(cause.__traceback__)).split("\n")[:-1]
        lines.append(type(cause).__qualname__)
        cause = cause.__cause__
    return lines


def trace_of(error: BaseException) -> dict[str, list[str]]:
    """The description of an error as the `extra` of a log call."""
    return {_TRACE: describe(error)}


def make_formatter(service: str) -> LogFormatter:
    """The formatter of a service, as the settings want it."""
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
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
