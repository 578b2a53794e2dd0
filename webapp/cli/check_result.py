"""The results of `flask doctor` and `flask upgrade-check`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import click

Level = Literal["ok", "warning", "error"]
COLOURS: dict[Level, str] = {"ok": "green", "warning": "yellow", "error": "red"}


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


def worst(results: Iterable[CheckResult]) -> Level:
    """The most serious level among the results."""
    return max((result.level for result in results), key=list(COLOURS).index, default="ok")


def show(result: CheckResult) -> bool:
    """Print a result; returns whether there is something to fix."""
    click.secho(f"{result.level:8}", fg=COLOURS[result.level], nl=False)
    click.echo(f"{result.component:14} {result.state}")
    if result.fix:
        click.echo(f"{'':23}{result.fix}")
    return result.fix is not None
