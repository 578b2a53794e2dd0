"""What Ollama can do since which version."""

from __future__ import annotations

import re

CREATE_VERSION = (0, 5, 5)
"""Create takes uploaded files. Older ones ask for the path of a Modelfile on the server."""
SHIFT_VERSION = (0, 12, 6)
"""A prompt that is too long can be refused (`"shift": false`). Older ones cut it and do not say so."""
REWRITE_VERSION = (0, 30, 0)
"""Create writes GGUF files anew, so a model's blob no longer has the digest of the file that was sent."""


def read_version(text: str) -> tuple[int, ...]:
    """The numbers of a version such as "0.12.6-rc1"; empty where there are none, or for 0.0.0: built from source."""
    found = re.match(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?", text)
    numbers = tuple(int(part or 0) for part in found.groups()) if found else ()
    return numbers if any(numbers) else ()


def is_older(version: str, than: tuple[int, ...]) -> bool:
    """Whether a server of this version is too old; one that was built from source never is."""
    numbers = read_version(version)
    return bool(numbers) and numbers < than


def in_words(version: tuple[int, ...]) -> str:
    """Such as "0.12.6"."""
    return ".".join(str(number) for number in version)
