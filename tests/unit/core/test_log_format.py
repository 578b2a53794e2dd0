"""Whatever is logged stays on its line and commands no terminal."""

from __future__ import annotations

import json
import logging
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.control_characters import escape_controls
from core.log_format import LogFormatter

EVIL = [
    "\n",
    "\r",
    "\t",
    "\0",
    "\x1b[2J",
    "\x7f",
    "\x85",
    "\x9b31m",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
    "\ud83d",
    "\ufeff",
]


def written(message: str, *, as_json: bool = False, error: Exception | None = None) -> str:
    record = logging.LogRecord("test", logging.ERROR, "", 0, "typed: %s", (message,), None)
    record.exc_info = (type(error), error, error.__traceback__) if error else None
    return LogFormatter("web", as_json).format(record)


@pytest.mark.parametrize("sign", EVIL)
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "JSON"])
def test_a_control_character_is_logged_as_its_escape(sign: str, as_json: bool) -> None:
    line = written(f"before{sign}after", as_json=as_json)
    assert line.isprintable()
    assert line.splitlines() == [line]
    assert "before" in line.encode().decode()
    assert "after" in line


def test_an_escape_is_written_as_python_and_json_write_it() -> None:
    assert written("a\n\x1b[31m\u2028b").endswith(r"typed: a\n\x1b[31m\u2028b")
    line = written("a\n\x1b\u2028\u202e\U000e0001b", as_json=True)
    assert r"a\n\u001b\u2028\u202e\udb40\udc01b" in line
    assert json.loads(line)["message"] == "typed: a\n\x1b\u2028\u202e\U000e0001b"


def test_a_forged_line_does_not_look_like_one_of_ours() -> None:
    first = written("me@example.org")
    assert len(written(f"x\n{first}").splitlines()) == 1


def test_words_and_signs_of_all_languages_stay_as_they_are() -> None:
    words = "Zoë 日本語 עברית C:\\new 👩 10\u00a0%"
    assert escape_controls(words) == words


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_breaks_the_line(text: str) -> None:
    for as_json in (False, True):
        line = written(text, as_json=as_json)
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_a_traceback_follows_indented_and_without_the_text_of_the_error() -> None:
    error_type = type("Odd\x1bError", (Exception,), {})
    try:
        try:
            raise error_type("the secret\nword")
        except Exception as inner:
            raise ValueError("another secret") from inner
    except ValueError as error:
        lines = written("x", error=error).splitlines()
        parsed = json.loads(written("x", as_json=True, error=error))
    assert all(line.startswith("    ") for line in lines[1:])
    assert r"    Odd\x1bError" in lines
    assert "secret" not in "".join(lines).replace('raise error_type("the secret', "").replace(
        'ValueError("another secret', ""
    )
    assert parsed["message"].splitlines()[0] == "typed: x"
