"""The name and the file name of a form's part, read as leniently as browsers and servers have come to agree on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header

_PARAMETER = re.compile(r""";\s*([\w.!#$%&'+^`|~-]+\*?)\s*=\s*(?:"((?:\\["\\]|[^"])*)"?|([^;]*))""")
#: What the HTML standard makes of the characters that would end a name.
_ESCAPES = {"%22": '"', "%0d": "\r", "%0a": "\n"}
#: RFC 8187 asks for the first two.
_CHARSETS = ("utf-8", "iso-8859-1", "us-ascii", "windows-1252")


@dataclass(frozen=True, slots=True)
class Disposition:
    """What a part says it is: the name of its field, and of its file if it is one."""

    name: str | None
    filename: str | None


def decode_text(data: bytes) -> str:
    """Text that should be UTF-8. What is not, is Windows-1252, of which Latin-1 is a part; so do browsers.

    Halves of surrogate pairs stay what they are: such text is refused later.
    """
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace")


def read_disposition(header: str) -> Disposition:
    """The names in a Content-Disposition header. An extended file name (`filename*`) comes before a plain one."""
    found: dict[str, str] = {}
    for key, quoted, token in _PARAMETER.findall(header):
        plain = re.sub(r'\\(["\\])', r"\1", quoted) if quoted else token.strip()
        found.setdefault(key.lower(), plain)
    filename = _decode_extended(found.get("filename*", ""))
    if filename is None and "filename" in found:
        filename = _unescape(found["filename"])
    if filename is None:  # in several numbered pieces, as mail programs write it
        filename = parse_options_header(header)[1].get("filename")
    return Disposition(_unescape(found["name"]) if "name" in found else None, filename)


def _unescape(text: str) -> str:
    return re.sub("%(?:22|0d|0a)", lambda match: _ESCAPES[match[0].lower()], text, flags=re.IGNORECASE)


def _decode_extended(value: str) -> str | None:
    """The text of a value like `UTF-8''na%C3%AFve.wav`, None where it is none."""
    charset, _, rest = value.partition("'")
    _language, quote, encoded = rest.partition("'")
    if not quote or charset.lower() not in _CHARSETS:
        return None
    try:
        return unquote_to_bytes(encoded).decode(charset)
    except UnicodeDecodeError:
        return None
