"""Reads and writes a Modelfile: its instructions with their types."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ollama_import.modelfile_grammar import Instruction, ModelfileError, decode, parse_instructions, write_value

__all__ = ["Modelfile", "ModelfileError", "format_modelfile", "parse_modelfile", "read_modelfile"]

IGNORED_PARAMETERS = frozenset(
    ("penalize_newline", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mlock", "mirostat", "mirostat_tau",
     "mirostat_eta")
)  # fmt: skip
"""Ollama no longer supports them, and reports that without failing."""
MOST_BYTES = 16 << 20
"""More than any Modelfile has; weights named Modelfile would fill the memory."""
MAY_BE_EMPTY = ("template", "system", "license", "message")
BOOLEANS = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "FALSE", "false", "False"), False
)
_VERSION = re.compile(r"v?(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)")


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", text) or not -(2**63) <= int(text) < 2**63:
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    # it is sent as JSON, which has no infinity; and Python, unlike Ollama, accepts 1_000
    if "_" in text or not math.isfinite(value):
        raise ValueError(text)
    return value


def _boolean(text: str) -> bool:
    if text not in BOOLEANS:
        raise ValueError(text)
    return BOOLEANS[text]


PARAMETERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(
        ("num_ctx", "num_predict", "num_keep", "seed", "top_k", "repeat_last_n", "num_batch", "num_gpu", "main_gpu",
         "num_thread", "draft_num_predict"),
        _whole,
    ),
    **dict.fromkeys(
        ("temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty"),
        _number,
    ),
    "use_mmap": _boolean,
    "stop": str,
}  # fmt: skip
"""The parameters and the parsers of their values, after `Options` in Ollama's `api/types.go`."""
KINDS: dict[Callable[[str], Any], str] = {_whole: "a whole number", _number: "a number", _boolean: "true or false"}


@dataclass(frozen=True, slots=True)
class Modelfile:
    """The content of a Modelfile, with paths as written. None and empty: not given.

    There are several bases if a model has a file of its own for vision (`FROM` twice) or comes in parts.
    """

    bases: tuple[str, ...]
    adapter: str | None = None
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
    """Read a file. Raises ModelfileError for invalid content, OSError if it cannot be read."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ModelfileError(path, 1, "this is too large to be a Modelfile")
    return parse_modelfile(decode(data, path), path)


def parse_modelfile(text: str, path: Path = Path("Modelfile")) -> Modelfile:
    """Parse the text of a Modelfile; the path is for errors only. Raises ModelfileError."""
    values: dict[str, list[Instruction]] = {}
    parameters: dict[str, Any] = {}
    ignored: list[str] = []
    last_line = 1
    for one in parse_instructions(text, path):
        last_line = one.line
        if one.name == "parameter":
            _add_parameter(one, parameters, ignored, path)
        else:
            _check(one, values, path)
            values.setdefault(one.name, []).append(one)
    if "from" not in values:
        raise ModelfileError(path, last_line, "there is no FROM line")

    def last(name: str) -> str | None:
        return values[name][-1].value if name in values else None

    return Modelfile(
        bases=tuple(one.value for one in values["from"]),
        adapter=last("adapter"),
        draft=last("draft"),
        template=last("template"),
        system=last("system"),
        renderer=last("renderer"),
        parser=last("parser"),
        requires=(last("requires") or "").removeprefix("v") or None,
        licenses=tuple(one.value for one in values.get("license", ())),
        parameters=parameters,
        messages=tuple((one.key, one.value) for one in values.get("message", ())),
        ignored=tuple(ignored),
    )


def _check(one: Instruction, before: dict[str, list[Instruction]], path: Path) -> None:
    if not one.value and one.name not in MAY_BE_EMPTY:
        raise ModelfileError(path, one.line, f"{one.name.upper()} needs a value")
    if one.name == "adapter" and "adapter" in before:
        raise ModelfileError(path, one.line, "Ollama takes one ADAPTER only")
    if one.name == "requires" and not _VERSION.fullmatch(one.value):
        raise ModelfileError(path, one.line, f"REQUIRES must be a version such as 0.14.0, not {one.value!r}")


def _add_parameter(one: Instruction, parameters: dict[str, Any], ignored: list[str], path: Path) -> None:
    if one.key in IGNORED_PARAMETERS:
        ignored.append(one.key)
        return
    if one.key not in PARAMETERS:
        raise ModelfileError(path, one.line, f"unknown parameter {one.key!r}; Ollama knows {', '.join(PARAMETERS)}")
    read = PARAMETERS[one.key]
    try:
        value = read(one.value)
    except ValueError as error:
        raise ModelfileError(path, one.line, f"{one.key} must be {KINDS[read]}, not {one.value!r}") from error
    if one.key == "stop":
        parameters.setdefault("stop", []).append(value)
    else:
        parameters[one.key] = value


def format_modelfile(modelfile: Modelfile) -> str:
    """The Modelfile as text. Raises ValueError for a value that the grammar cannot express."""
    return "".join(f"{line}\n" for line in _written(modelfile))


def _written(modelfile: Modelfile) -> Iterator[str]:
    for base in modelfile.bases:
        yield f"FROM {write_value(base)}"
    for name in ("adapter", "draft", "template", "system", "renderer", "parser", "requires"):
        value = getattr(modelfile, name)
        if value is not None:
            yield f"{name.upper()} {write_value(value)}"
    for name, value in modelfile.parameters.items():
        for one in value if isinstance(value, list) else [value]:
            said = str(one).lower() if isinstance(one, bool) else str(one)
            yield f"PARAMETER {name} {write_value(said)}"
    for license in modelfile.licenses:
        yield f"LICENSE {write_value(license)}"
    for role, text in modelfile.messages:
        yield f"MESSAGE {role} {write_value(text)}"
