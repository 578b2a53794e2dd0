"""The name of a downloaded file."""

from __future__ import annotations

import unicodedata

_UNSAFE = frozenset('/\\:*?"<>|')


def make_file_name(title: str, *, is_draft: bool = False) -> str:
    """The title as a file name, without an ending, that every system accepts; that of a draft says so."""
    safe = "".join(" " if each in _UNSAFE or unicodedata.category(each)[0] == "C" else each for each in title)
    name = " ".join(safe.split()).strip(" .")[:120] or "recap"
    return f"{name} (draft, not reviewed)" if is_draft else name
