"""The results of `flask doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The state of one component. `fix` says what to do, None if there is nothing to fix."""

    component: str
    level: Level
    state: str
    fix: str | None = None


def ok(component: str, state: str) -> CheckResult:
    """The component works."""
    return CheckResult(component, "ok", state)


def warning(component: str, state: str, fix: str) -> CheckResult:
    """The component works, but not as well as it could."""
    return CheckResult(component, "warning", state, fix)


def error(component: str, state: str, fix: str) -> CheckResult:
    """The component does not work, and no recap can be made."""
    return CheckResult(component, "error", state, fix)
