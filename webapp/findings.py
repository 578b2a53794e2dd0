"""What `flask doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part is: `fix` is None where all is well."""

    part: str
    state: str
    fix: str | None = None
