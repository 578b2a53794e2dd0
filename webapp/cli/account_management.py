"""The commands with which an administrator manages the accounts of others."""

from __future__ import annotations

import click

from core.accounts import api_keys, users
from core.accounts.passwords import AccountError
from core.clock import utc_now
from core.database.tables import User
from core.retention import account_deletion
from webapp.cli.accounts import ask_for_password
from webapp.cli.errors import tell_errors
from webapp.formats import count

EMAIL = click.option("--email", prompt="E-mail", help="E-mail address of the account.")


@click.command("list-users")
@tell_errors
def list_users() -> None:
    """List all accounts."""
    for user in users.list_users():
        notes = [
            "administrator" if user.is_admin else "",
            "disabled" if user.disabled_at else "",
            "must change the password" if user.must_change_password else "",
        ]
        click.echo(f"{user.email:40} {', '.join(filter(None, notes))}".rstrip())


@click.command("disable-user")
@EMAIL
@tell_errors
def disable_user(email: str) -> None:
    """Keep a user out at once: sessions end and API keys are refused. Recordings are kept."""
    user = users.require_user(email)
    users.disable_user(user.id, utc_now())
    click.echo(f"Disabled {user.email}. Undo it with `flask enable-user`.")


@click.command("enable-user")
@EMAIL
@tell_errors
def enable_user(email: str) -> None:
    """Let a disabled user in again."""
    user = users.require_user(email)
    users.enable_user(user.id)
    click.echo(f"Enabled {user.email}.")


@click.command("delete-user")
@EMAIL
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@tell_errors
def delete_user(email: str, yes: bool) -> None:
    """Delete a user with all recordings, for good."""
    user = users.require_user(email)
    recordings = count(account_deletion.count_recordings(user.id), "recording")
    if not yes:
        click.confirm(f"Delete {user.email} and {recordings} for good?", abort=True)
    account_deletion.remove_user(user.id, utc_now())
    click.echo(f"Deleted {user.email} and {recordings}.")


@click.command("reset-password")
@EMAIL
@click.option("--password", help="New password. Prompted for if missing.")
@tell_errors
def reset_password(email: str, password: str | None) -> None:
    """Give a user a new password, which must be changed at the next log-in. All sessions end."""
    user = users.require_user(email)
    users.set_password(user.id, ask_for_password() if password is None else password, must_change_password=True)
    click.echo(f"The password of {user.email} is reset. It must be changed at the next log-in.")
    keys = len(api_keys.api_keys(user.id))
    if keys:
        click.echo(f"API keys that still work: {keys}. Revoke them with `flask revoke-api-key`.", err=True)


@click.command("change-email")
@EMAIL
@click.option("--to", "new_email", prompt="New e-mail", help="Address to log in with from now on.")
@tell_errors
def change_email(email: str, new_email: str) -> None:
    """Give an account another e-mail address. Password, sessions and recordings stay."""
    user = users.change_email(users.require_user(email).id, new_email)
    click.echo(f"Its owner logs in as {user.email} now.")


@click.command("list-api-keys")
@EMAIL
@tell_errors
def list_api_keys(email: str) -> None:
    """List the API keys of a user: how each begins, when it was last used, and its name."""
    for key in api_keys.api_keys(users.require_user(email).id):
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
        click.echo(f"{key.prefix}  {used:16}  {key.name}")


@click.command("revoke-api-key")
@EMAIL
@click.argument("key", required=False)
@click.option("--all", "all_keys", is_flag=True, help="Revoke all keys of the user.")
@tell_errors
def revoke_api_key(email: str, key: str | None, all_keys: bool) -> None:
    """Revoke the API key of a user: KEY is the whole key, or how it begins in `flask list-api-keys`."""
    user = users.require_user(email)
    if (key is None) != all_keys:
        raise AccountError("Which key is not clear.", "Give the beginning of one key, or --all.")
    click.echo(f"Revoked {count(_revoke(user, key), 'API key')} of {user.email}.")


def _revoke(user: User, key: str | None) -> int:
    revoked = api_keys.revoke_api_keys(user.id, key)
    if key is not None and not revoked:
        raise AccountError(f"{user.email} has no such key.", "See `flask list-api-keys`.")
    return revoked
