"""Log lines: nothing that somebody typed changes a line, a terminal or a file."""

from __future__ import annotations

import json
import logging
import re

import pytest

from core.log_format import LogFormatter, describe, trace_of
from core.printable import printable

HOSTILE = {
    "\n2026-01-01 error web - forged": r"\n2026-01-01 error web - forged",
    "a\r\nb": r"a\r\nb",
    "\x1b[2J\x1b[31mred": r"\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "\x9b31m": r"\x9b31m",
    "a\x85b": r"a\x85b",
    "a\u2028b\u2029c": r"a\u2028b\u2029c",
    "\u202egnp.exe": r"\u202egnp.exe",
    "\u2066a\u2069\u200f\u061c": r"\u2066a\u2069\u200f\u061c",
    "zero\u200bwidth\ufeff": r"zero\u200bwidth\ufeff",
    "\x00\x7f\b": r"\x00\x7f\x08",
    "lone \ud800": r"lone \ud800",
    "\U000e0041": r"\U000e0041",
    "plain, mañana, 会议 🙂": "plain, mañana, 会议 🙂",
    r"escaped \x1b before": r"escaped \x1b before",
}


def record(message: str, *arguments: object, error: Exception | None = None) -> logging.LogRecord:
    raised = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("x", logging.ERROR, "", 0, message, arguments, raised)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_not_printable_is_escaped_once(text: str) -> None:
    line = LogFormatter("web", as_json=False).format(record("name %s!", text))
    assert line.endswith(f" error web - name {HOSTILE[text]}!")
    assert line.isprintable()
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_as_json_the_text_comes_back_as_it_was_and_the_line_is_printable(text: str) -> None:
    line = LogFormatter("web", as_json=True).format(record("name %s!", text))
    assert line.isprintable()
    assert json.loads(line)["message"] == f"name {text}!"
    line.encode()


def failing(text: str) -> Exception:
    try:
        try:
            raise ValueError(text)
        except ValueError as cause:
            raise type(f"Odd\n{text}", (Exception,), {})(text) from cause
    except Exception as error:  # its name is not known
        return error


def test_each_line_of_a_traceback_has_its_time_and_service_and_quotes_nothing() -> None:
    error = failing("\x1b[31msecret")
    for line in LogFormatter("web", as_json=False).format(record("request failed", error=error)).split("\n"):
        assert re.match(r"\S+Z error web - ", line)
        assert line.isprintable()
    logged = record("failed")
    logged.__dict__.update(trace_of(ValueError("secret words")))
    text = LogFormatter("worker", as_json=False).format(logged)
    assert text.endswith("error worker - ValueError")
    assert "secret" not in text


def test_a_traceback_names_each_cause_and_its_place() -> None:
    lines = describe(failing("x"))
    assert lines[-1] == "ValueError"
    assert "caused by" in lines
    assert any(__file__ in line for line in lines)
