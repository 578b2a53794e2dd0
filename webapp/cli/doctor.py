"""`flask doctor`: check every component and name the fix for each problem."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

import config
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.cli.doctor_checks import CHECKS
from webapp.cli.ollama_checks import check_ollama


def run_checks(settings: config.Settings) -> Iterator[CheckResult]:
    """Check one component after another."""
    for name, check in CHECKS.items():
        try:
            yield check(settings)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            yield check_result.error(name, f"cannot be checked: {reason}", "Run this as the user that runs RealRecap.")
    yield from check_ollama(settings)


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for monitors.")
def doctor(as_json: bool) -> None:
    """Check every component and name the fix for each problem.

    The exit code is 0 if there is no problem, 1 otherwise.
    """
    results = run_checks(config.load())
    if as_json:
        found = list(results)
        click.echo(json.dumps({"status": check_result.worst(found), "checks": [asdict(each) for each in found]}))
        problems = [each.fix is not None for each in found]
    else:
        problems = [check_result.show(each) for each in results]
    sys.exit(1 if any(problems) else 0)
