"""The `flask` commands. Engines are loaded inside the commands that need them."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from core.accounts import api_keys
from core.database import schema
from pipeline.errors import PipelineError


def register(app: Flask) -> None:
    """Add the commands to an app."""
    from webapp import doctor_command, file_commands, job_commands, model_commands

    for command in (upgrade_database, create_admin, create_user, create_api_key, evaluate):
        app.cli.add_command(command)
    for command in (job_commands.recap, job_commands.jobs_group, file_commands.files_group, doctor_command.doctor):
        app.cli.add_command(command)
    for command in (model_commands.models_group, model_commands.import_ollama_models):
        app.cli.add_command(command)


def tell_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Print an error of ours, or of the database, as its message and hint, and exit with 1."""

    @wraps(command)
    def told(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except PipelineError as error:
            _complain(error.message, error.hint)
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).splitlines()[0]  # without the statement
            _complain(f"The database cannot be used: {reason}", "Check DATABASE_URL, then run `flask db-upgrade`.")

    return told


def _complain(message: str, hint: str) -> NoReturn:
    click.secho(f"Error: {message}", fg="red", err=True)
    click.echo(hint, err=True)
    sys.exit(1)


@click.command("db-upgrade")
@tell_errors
def upgrade_database() -> None:
    """Bring the database to the newest version."""
    pass
    from core.storage.store import file_store

    file_store().make_folders()
    schema.upgrade()
    click.echo("The database is up to date.")


def _create(email: str, password: str | None, is_admin: bool) -> None:
    from core.accounts import users

    email = users.normalize_email(email)
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    users.create_user(email, password, is_admin=is_admin)
    click.echo(f"Account {email} made.")


@click.command("create-admin")
@click.option("--email", prompt="E-mail", help="Address to log in with.")
@click.option("--password", help="Asked for when missing.")
@click.option("--first-start", is_flag=True, hidden=True)
@tell_errors
def create_admin(email: str, password: str | None, first_start: bool) -> None:
    """Make an account that may administer."""
    if not first_start:
        _create(email, password, is_admin=True)
        return
    from core.accounts import users

    if users.count_users() == 0:
        password = secrets.token_urlsafe(12)
        users.create_user(email, password, is_admin=True)
        click.echo(json.dumps({"email": email, "password": password}))


@click.command("create-user")
@click.option("--email", prompt="E-mail", help="Address to log in with.")
@click.option("--password", help="Asked for when missing.")
@tell_errors
def create_user(email: str, password: str | None) -> None:
    """Make an account."""
    _create(email, password, is_admin=False)


@click.command("create-api-key")
@click.option("--email", required=True, help="Whose key it is.")
@click.option("--name", default="command line", show_default=True, help="To tell keys apart.")
@tell_errors
def create_api_key(email: str, name: str) -> None:
    """Make an API key and print it, the only time."""
    from core.accounts import users

    user = users.find_user(email)
    if user is None:
        raise users.AccountError(f"There is no account for {email}.", "Make one with `flask create-user`.")
    click.echo(api_keys.create_api_key(user, name))


class NotComparable(PipelineError):
    """A file that cannot be evaluated."""

    code = "invalid_request"


@click.command("evaluate")
@click.argument("transcript", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("truth", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print numbers for programs.")
@tell_errors
def evaluate(transcript: Path, truth: Path, as_json: bool) -> None:
    """Hold a TRANSCRIPT (JSON of `recap --until` or of the API) against its TRUTH: WER, cpWER, DER."""
    from pipeline.evaluate import evaluate as score_transcript
    from pipeline.recap import Transcript, from_json, to_plain

    try:
        given = json.loads(transcript.read_bytes())
        heard = from_json(Transcript, json.dumps(given.get("transcript", given)))
    except (ValueError, AttributeError) as error:
        raise NotComparable(
            f"{transcript} is no transcript.", "Use the JSON of the API or of `recap --until`."
        ) from error
    try:
        score = score_transcript(heard, json.loads(truth.read_bytes()))
    except (ValueError, KeyError, TypeError) as error:
        raise NotComparable(f"{truth} is no truth.", "It needs turns with speaker, text and sentences.") from error
    if as_json:
        click.echo(json.dumps({**to_plain(score), "wer": score.wer, "cpwer": score.cpwer, "der": score.der}))
        return
    click.echo(f"words    {score.words}")
    click.echo(f"WER      {score.wer:6.1%}   words wrong, missing or added")
    click.echo(f"cpWER    {score.cpwer:6.1%}   the same, each speaker's words by themselves")
    click.echo(f"DER      {score.der:6.1%}   time with the wrong speakers")
    click.echo(f"speakers {score.found_speakers} found of {score.speakers}")
