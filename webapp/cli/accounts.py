"""The commands that make accounts and API keys."""

from __future__ import annotations

import json
import secrets

import click

from core.accounts import api_keys, users
from webapp.cli.errors import tell_errors

EMAIL = click.option("--email", prompt="E-mail", help="E-mail address to log in with.")
PASSWORD = click.option("--password", help="First password. Prompted for if missing.")
KEEP_PASSWORD = click.option(
    "--keep-password", is_flag=True, help="The owner chose this password: ask for no other at the first log-in."
)


@click.command("create-admin")
@EMAIL
@PASSWORD
@KEEP_PASSWORD
@click.option("--first-start", is_flag=True, hidden=True)
@tell_errors
def create_admin(email: str, password: str | None, keep_password: bool, first_start: bool) -> None:
    """Create an administrator account. Its password must be changed at the first log-in."""
    if first_start:
        _create_first_admin(email)
    else:
        _create_account(email, password, is_admin=True, keep_password=keep_password)


@click.command("create-user")
@EMAIL
@PASSWORD
@KEEP_PASSWORD
@tell_errors
def create_user(email: str, password: str | None, keep_password: bool) -> None:
    """Create an account. Its password must be changed at the first log-in."""
    _create_account(email, password, is_admin=False, keep_password=keep_password)


@click.command("create-api-key")
@click.option("--email", required=True, help="E-mail address of the key's owner.")
@click.option("--name", default="command line", show_default=True, help="Name shown in the list of keys.")
@tell_errors
def create_api_key(email: str, name: str) -> None:
    """Create an API key and print it. It is shown only once."""
    click.echo(api_keys.create_api_key(users.require_user(email), name))


def ask_for_password() -> str:
    """Prompt for a new password, twice."""
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _create_account(email: str, password: str | None, *, is_admin: bool, keep_password: bool) -> None:
    email = users.normalize_email(email)
    if password is None:
        password = ask_for_password()
    users.create_user(email, password, is_admin=is_admin, must_change_password=not keep_password)
    click.echo(f"Created the account {email}.")
    if not keep_password:
        click.echo("Its password must be changed at the first log-in.", err=True)


def _create_first_admin(email: str) -> None:
    """Create an administrator if there is no account yet, and print its random password as JSON for the launcher."""
    if users.count_users():
        return
    password = secrets.token_urlsafe(12)
    users.create_user(email, password, is_admin=True, must_change_password=True)
    click.echo(json.dumps({"email": email, "password": password}))
