"""The launcher's one error: what stands in the way, and what mends it."""

from __future__ import annotations


class StartError(Exception):
    """Something stands in the way of a start or of the set-up; `fix` is what the owner can do about it."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return self.message + ("\n" + self.fix if self.fix else "")
