"""How commands report errors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from pipeline.errors import PipelineError

#: The exit status of a command that Ctrl-C stopped.
INTERRUPTED = 130


def tell_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Print a known error, or one of the database, as its message and hint, and exit with status 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except PipelineError as error:
            _exit_with(error.message, error.hint)
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).splitlines()[0]  # without the SQL statement
            _exit_with(f"The database cannot be used: {reason}", "Check DATABASE_URL, then run `flask db-upgrade`.")

    return run


def _exit_with(message: str, hint: str) -> NoReturn:
    click.secho(f"Error: {message}", fg="red", err=True)
    click.echo(hint, err=True)
    sys.exit(1)
