"""What is wrong with a part of the installation, in words for the person who runs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a part, as a predicate ("is full"), and what to do."""

    state: str
    fix: str
