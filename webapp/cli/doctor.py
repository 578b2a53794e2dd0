"""`flask doctor`: check every component and name the fix for each problem."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

import config
from webapp.cli.check_result import CheckResult, show
from webapp.cli.doctor_checks import CHECKS
from webapp.cli.ollama_checks import check_ollama


def run_checks(settings: config.Settings) -> Iterator[CheckResult]:
    """Check one component after another."""
    for check in CHECKS:
        yield check(settings)
    yield from check_ollama(settings)


@click.command("doctor")
def doctor() -> None:
    """Check every component and name the fix for each problem."""
    problems = [show(result) for result in run_checks(config.load())]
    sys.exit(1 if any(problems) else 0)
