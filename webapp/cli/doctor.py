"""`flask doctor`: check every component and name the fix for each problem."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

import config
from webapp.cli.check_result import CheckResult
from webapp.cli.doctor_checks import CHECKS
from webapp.cli.ollama_checks import check_ollama

COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


def run_checks(settings: config.Settings) -> Iterator[CheckResult]:
    """Check one component after another."""
    for check in CHECKS:
        yield check(settings)
    yield from check_ollama(settings)


@click.command("doctor")
def doctor() -> None:
    """Check every component and name the fix for each problem."""
    problems = 0
    for result in run_checks(config.load()):
        click.secho(f"{result.level:8}", fg=COLOURS[result.level], nl=False)
        click.echo(f"{result.component:14} {result.state}")
        if result.fix:
            problems += 1
            click.echo(f"{'':23}{result.fix}")
    sys.exit(1 if problems else 0)
