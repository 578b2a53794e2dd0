"""Reading a Modelfile: the grammar of Ollama's own parser (`parser/parser.go`), with errors that name file and line.

INSTRUCTION value          names are letters in any case; `#` starts a comment only where an instruction could
PARAMETER name value       a value ends with its line, unless it opens with " or three of them: then it ends with
MESSAGE role value         the line that ends in the same quotes. There are no escapes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

INSTRUCTIONS = (
    "from", "license", "template", "system", "adapter", "draft", "renderer", "parser", "parameter", "message",
    "requires",
)  # fmt: skip
KNOWN = f"the instructions are {', '.join(name.upper() for name in INSTRUCTIONS)}"
ROLES = ("system", "user", "assistant")
IGNORED_PARAMETERS = frozenset(
    ("penalize_newline", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mlock", "mirostat", "mirostat_tau",
     "mirostat_eta")
)  # fmt: skip
"""Ollama knows them no more, and says so without failing."""


def _bool(text: str) -> bool:
    values = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}
    if text.lower() not in values:
        raise ValueError(text)
    return values[text.lower()]


PARAMETERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(
        ("num_ctx", "num_predict", "num_keep", "seed", "top_k", "repeat_last_n", "num_batch", "num_gpu", "main_gpu",
         "num_thread", "draft_num_predict"),
        int,
    ),
    **dict.fromkeys(
        ("temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty"),
        float,
    ),
    "use_mmap": _bool,
    "stop": str,
}  # fmt: skip


class ModelfileError(ValueError):
    """A Modelfile that cannot be read; `line` counts from 1."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name in lower case, the parameter's name or the message's role, its value and its line."""

    name: str
    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Modelfile:
    """A Modelfile as it stands; paths are not looked up. None and empty: not given."""

    base: str
    adapters: tuple[str, ...] = ()
    draft: str | None = None
    template: str | None = None
    system: str | None = None
    renderer: str | None = None
    parser: str | None = None
    requires: str | None = None
    licenses: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    messages: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()


def read_modelfile(path: Path) -> Modelfile:
    """Read a file. Raises ModelfileError for what it says, OSError where it cannot be read."""
    return parse_modelfile(decode(path.read_bytes(), path), path)


def decode(data: bytes, path: Path) -> str:
    """UTF-8, or what the byte order mark says."""
    marks = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
    encoding, skipped = next(((name, len(mark)) for mark, name in marks if data.startswith(mark)), ("utf-8", 0))
    try:
        return data[skipped:].decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ModelfileError(path, line, f"this is not {encoding.upper()} text") from error


def parse_modelfile(text: str, path: Path = Path("Modelfile")) -> Modelfile:
    """Read the text of a Modelfile; the path is only for errors."""
    values: dict[str, list[Instruction]] = {}
    parameters: dict[str, Any] = {}
    ignored: list[str] = []
    last_line = 1
    for one in parse_instructions(text, path):
        last_line = one.line
        if one.name == "parameter":
            _add_parameter(one, parameters, ignored, path)
        else:
            values.setdefault(one.name, []).append(one)
    if "from" not in values:
        raise ModelfileError(path, last_line, "there is no FROM line")

    def last(name: str) -> str | None:
        return values[name][-1].value if name in values else None

    return Modelfile(
        base=last("from") or "",
        adapters=tuple(one.value for one in values.get("adapter", ())),
        draft=last("draft"),
        template=last("template"),
        system=last("system"),
        renderer=last("renderer"),
        parser=last("parser"),
        requires=last("requires"),
        licenses=tuple(one.value for one in values.get("license", ())),
        parameters=parameters,
        messages=tuple((one.key, one.value) for one in values.get("message", ())),
        ignored=tuple(ignored),
    )


def parse_instructions(text: str, path: Path) -> Iterator[Instruction]:
    """The instructions in order."""
    at, line = 0, 1
    while True:
        blank = re.compile(r"\s*(?:#[^\r\n]*\s*)*").match(text, at)
        if blank:
            line += _lines(blank.group())
            at = blank.end()
        if at >= len(text):
            return
        begun = line
        name, at = _word(text, at, r"[A-Za-z]*", f"this is no instruction with a value; {KNOWN}", path, line)
        if name.lower() not in INSTRUCTIONS:
            raise ModelfileError(path, line, f"{name} is no instruction; {KNOWN}")
        key = ""
        if name.lower() == "parameter":
            key, at = _word(text, at, r"\w*", "PARAMETER needs a name and a value", path, line)
        elif name.lower() == "message":
            key, at = _word(text, at, r"[A-Za-z]*", "MESSAGE needs a role and a text", path, line)
            if key not in ROLES:
                raise ModelfileError(path, line, f"message role must be one of {', '.join(ROLES)}")
        value, end = _value(text, at, path, line)
        line += _lines(text[at:end])
        at = end
        yield Instruction(name.lower(), key, value, begun)


def _word(text: str, at: int, pattern: str, problem: str, path: Path, line: int) -> tuple[str, int]:
    """A word and the blanks after it, without which there is no value."""
    match = re.compile(rf"[ \t]*({pattern})[ \t]+(?=[^\r\n])").match(text, at)
    if match is None or not match.group(1):
        raise ModelfileError(path, line, problem)
    return match.group(1), match.end()


def _value(text: str, at: int, path: Path, line: int) -> tuple[str, int]:
    """The value that starts here, and where it ends."""
    end = at
    while True:
        found = re.compile(r"\r\n|\r|\n").search(text, end)
        stop = found.start() if found else len(text)
        value = _unquoted(text[at:stop].strip())
        if value is not None:
            return value, stop
        if found is None:
            raise ModelfileError(path, line, "the quotes that open here are never closed")
        end = found.end()


def _unquoted(text: str) -> str | None:
    """The text without its quotes; None where they are still open."""
    for quotes in ('"""', '"'):
        if text.startswith(quotes):
            closed = len(text) >= 2 * len(quotes) and text.endswith(quotes)
            return text[len(quotes) : -len(quotes)] if closed else None
    return text


def _lines(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


def _add_parameter(one: Instruction, parameters: dict[str, Any], ignored: list[str], path: Path) -> None:
    if one.key in IGNORED_PARAMETERS:
        ignored.append(one.key)
        return
    if one.key not in PARAMETERS:
        raise ModelfileError(path, one.line, f"unknown parameter {one.key!r}")
    kind = PARAMETERS[one.key]
    try:
        value = kind(one.value)
    except ValueError as error:
        wanted = {int: "a whole number", float: "a number"}.get(kind, "true or false")  # type: ignore[call-overload]
        raise ModelfileError(path, one.line, f"{one.key} must be {wanted}, not {one.value!r}") from error
    if one.key == "stop":
        parameters.setdefault("stop", []).append(value)
    else:
        parameters[one.key] = value
