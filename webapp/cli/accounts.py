"""`flask create-admin`, `flask create-user` and `flask create-api-key`."""

from __future__ import annotations

import json
import secrets

import click

from core.accounts import api_keys, users
from webapp.cli.errors import tell_errors


@click.command("create-admin")
@click.option("--email", prompt="E-mail", help="E-mail address to log in with.")
@click.option("--password", help="Password. Prompted for if missing.")
@click.option("--first-start", is_flag=True, hidden=True)
@tell_errors
def create_admin(email: str, password: str | None, first_start: bool) -> None:
    """Create an administrator account."""
    if first_start:
        _create_first_admin(email)
    else:
        _create_account(email, password, is_admin=True)


@click.command("create-user")
@click.option("--email", prompt="E-mail", help="E-mail address to log in with.")
@click.option("--password", help="Password. Prompted for if missing.")
@tell_errors
def create_user(email: str, password: str | None) -> None:
    """Create an account."""
    _create_account(email, password, is_admin=False)


@click.command("create-api-key")
@click.option("--email", required=True, help="E-mail address of the key's owner.")
@click.option("--name", default="command line", show_default=True, help="Name shown in the list of keys.")
@tell_errors
def create_api_key(email: str, name: str) -> None:
    """Create an API key and print it. It is shown only once."""
    user = users.find_user(email)
    if user is None:
        raise users.AccountError(f"There is no account for {email}.", "Create one with `flask create-user`.")
    click.echo(api_keys.create_api_key(user, name))


def _create_account(email: str, password: str | None, *, is_admin: bool) -> None:
    email = users.normalize_email(email)
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    users.create_user(email, password, is_admin=is_admin)
    click.echo(f"Created the account {email}.")


def _create_first_admin(email: str) -> None:
    """Create an administrator if there is no account yet, and print its random password as JSON for the launcher."""
    if users.count_users():
        return
    password = secrets.token_urlsafe(12)
    users.create_user(email, password, is_admin=True)
    click.echo(json.dumps({"email": email, "password": password}))
