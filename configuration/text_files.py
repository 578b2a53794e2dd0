"""Files with settings and secrets as text: whatever encoding an editor used, if it is certain which one it was."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

_ENCODINGS = (
    # longest first: the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAME = re.compile(rb"\s*(?:export\s+)?(\w+)\s*=")
_SAVE = "Save the file as UTF-8 in your editor"


class TextFileError(Exception):
    """A file that cannot be read as text; the message names the file, the line and what to do, but no content."""


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Raises TextFileError if the file cannot be read, or its encoding is not certain.
    """
    try:
        data = path.read_bytes()
    except IsADirectoryError as error:
        raise TextFileError(
            f"{path} is a folder, not a file. Remove it, then put a file there (Docker creates a folder if a file to "
            "mount does not exist)."
        ) from error
    except OSError as error:
        raise TextFileError(
            f"{path} cannot be read: {error.strerror}. Make it readable for the user that runs RealRecap."
        ) from error
    text = _decode(path, data)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TextFileError(
            f"{path}, line {line}: contains a NUL byte, as a file in UTF-16 without a byte order mark does. {_SAVE}."
        )
    return text


def _decode(path: Path, data: bytes) -> str:
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                name = encoding.upper().replace("-SIG", "")
                raise TextFileError(f"{path}: begins as {name} but is damaged. {_SAVE}.") from error
    return "\n".join(_decode_line(path, number, line) for number, line in enumerate(data.split(b"\n"), 1))


def _decode_line(path: Path, number: int, line: bytes) -> str:
    """A line of UTF-8. In a comment other characters do no harm."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        if line.lstrip().startswith(b"#"):
            return line.decode("utf-8", "replace")
        found = _NAME.match(line)
        name = f" ({found.group(1).decode()})" if found else ""
        raise TextFileError(
            f"{path}, line {number}{name}: contains a character that is not UTF-8, perhaps in Windows-1252 or Latin-1. "
            f"{_SAVE}, or convert it: `iconv -f WINDOWS-1252 -t UTF-8`."
        ) from error
