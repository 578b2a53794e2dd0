"""Times in a recording as people type them."""

from __future__ import annotations

import re

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})")


def read_clock(text: str) -> float | str | None:
    """Seconds of a time such as 1:02:03 or 12:34; None for an empty text. What is no time is refused later."""
    if not text.strip():
        return None
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return text
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(3600 * hours + 60 * minutes + seconds)
