"""The launcher's error: what prevents a start, and the fix."""

from __future__ import annotations


class StartError(Exception):
    """Something prevents the start or the set-up; `fix` tells the owner what to do."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return self.message + ("\n" + self.fix if self.fix else "")
