"""Which version of Ollama introduced what."""

from __future__ import annotations

import re

from packaging.version import Version

CREATE_VERSION = Version("0.5.5")
"""Create accepts uploaded files. Older servers ask for the path of a Modelfile on the server."""
SHIFT_VERSION = Version("0.12.6")
"""A prompt that is too long can be refused (`"shift": false`). Older servers cut it silently."""
REWRITE_VERSION = Version("0.30.0")
"""Create rewrites GGUF files, so a model's blob no longer has the digest of the file that was sent."""


def read_version(text: str) -> Version | None:
    """The numbers of a version such as "0.12.6-rc1", without what follows them.

    None where there are none, and for 0.0.0: a server that was built from source.
    """
    found = re.match(r"v?\d+(?:\.\d+){0,2}", text)
    version = Version(found.group()) if found else None
    return version if version and any(version.release) else None


def is_older(version: str, than: Version | None) -> bool:
    """Whether a server of this version is too old; one that was built from source never is."""
    found = read_version(version)
    return found is not None and than is not None and found < than
