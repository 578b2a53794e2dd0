"""The grammar of a Modelfile, as in Ollama's `parser/parser.go`, with errors that name file and line.

INSTRUCTION value          names are letters in any case; `#` starts a comment only where an instruction could
PARAMETER name value       a value ends with its line, unless it opens with " or three of them: then it ends with
MESSAGE role value         the line that ends in the same quotes. There are no escapes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ollama_import.errors import ImportProblem

INSTRUCTIONS = (
    "from", "license", "template", "system", "adapter", "draft", "renderer", "parser", "parameter", "message",
    "requires",
)  # fmt: skip
KNOWN = f"the instructions are {', '.join(name.upper() for name in INSTRUCTIONS)}"
ROLES = ("system", "user", "assistant")
QUOTES = ('"""', '"')

_BLANK = re.compile(r"\s*(?:#[^\r\n]*\s*)*")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"([A-Za-z]+)[ \t]")
_PARAMETER = re.compile(r"[ \t]*(\w+)[ \t]")
_ROLE = re.compile(r"[ \t]*([A-Za-z]+)[ \t]")


class ModelfileError(ImportProblem):
    """A Modelfile that cannot be parsed; `line` counts from 1."""

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


def decode(data: bytes, path: Path) -> str:
    """Decode UTF-8, or the encoding of the byte order mark. Raises ModelfileError."""
    marks = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
    encoding, skipped = next(((name, len(mark)) for mark, name in marks if data.startswith(mark)), ("utf-8", 0))
    try:
        return data[skipped:].decode(encoding)
    except UnicodeDecodeError as error:
        sound = data[skipped : skipped + error.start].decode(encoding)
        raise ModelfileError(path, _lines(sound) + 1, f"this is not {encoding.upper()} text") from error


def parse_instructions(text: str, path: Path) -> Iterator[Instruction]:
    """The instructions in order. Raises ModelfileError."""
    at, line = 0, 1
    while True:
        end = _end(_BLANK.match(text, at), at)
        line += _lines(text[at:end])
        at = end
        if at >= len(text):
            return
        named = _NAME.match(text, at)
        if named is None:
            raise ModelfileError(path, line, f"this is no instruction with a value; {KNOWN}")
        name, at = named.group(1), named.end()
        if name.lower() not in INSTRUCTIONS:
            raise ModelfileError(path, line, f"{name} is no instruction; {KNOWN}")
        key, at = _key(name.lower(), text, at, path, line)
        value, end = _value(text, at, path, line)
        yield Instruction(name.lower(), key, value, line)
        line += _lines(text[at:end])
        at = end


def _key(name: str, text: str, at: int, path: Path, line: int) -> tuple[str, int]:
    """The parameter's name or the message's role, and where the value begins."""
    if name not in ("parameter", "message"):
        return "", at
    found = (_PARAMETER if name == "parameter" else _ROLE).match(text, at)
    if found is None:
        missing = "PARAMETER needs a name and a value" if name == "parameter" else "MESSAGE needs a role and a text"
        raise ModelfileError(path, line, missing)
    if name == "message" and found.group(1) not in ROLES:
        raise ModelfileError(path, line, f"the role of a message must be one of {', '.join(ROLES)}")
    return found.group(1), found.end()


def _value(text: str, at: int, path: Path, line: int) -> tuple[str, int]:
    """The value that starts here, without its quotes, and where its last line ends."""
    end = _line_end(text, at)
    first = text[at:end].strip()
    quotes = next((one for one in QUOTES if first.startswith(one)), "")
    if not quotes:
        return first, end
    begin = text.index(quotes, at) + len(quotes)
    begun = begin
    while True:
        said = text[begun:end].rstrip()
        if said.endswith(quotes):
            return text[begin : begun + len(said) - len(quotes)], end
        if end >= len(text):
            raise ModelfileError(path, line, "the quotes that open here are never closed")
        begun = _end(_NEWLINE.match(text, end), end)
        end = _line_end(text, begun)


def write_value(value: str) -> str:
    """The value in the notation that parses to it.

    Raises ValueError if there is none: the grammar has no escapes.
    """
    for written in (value or '""', f'"{value}"', f'"""{value}"""'):
        try:
            if _value(written, 0, Path(), 1) == (value, len(written)):
                return written
        except ModelfileError:
            continue
    raise ValueError(f"a Modelfile cannot express {value!r}: a line in it ends in three quotes")


def _line_end(text: str, at: int) -> int:
    found = _NEWLINE.search(text, at)
    return found.start() if found else len(text)


def _end(match: re.Match[str] | None, otherwise: int) -> int:
    return match.end() if match else otherwise


def _lines(text: str) -> int:
    return len(_NEWLINE.findall(text))
