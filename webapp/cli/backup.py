"""`flask backup` and `flask restore`."""

from __future__ import annotations

from pathlib import Path

import click

from core.backup.make import make_backup
from core.backup.restore import restore_backup
from core.clock import utc_now
from webapp.cli.errors import tell_errors
from webapp.cli.progress_bars import TransferProgress
from webapp.formats import size

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
@click.option("--overwrite", is_flag=True, help="Replace FILE once the new backup is whole.")
@tell_errors
def backup(file: Path, overwrite: bool) -> None:
    """Save all accounts, recordings and recaps to FILE while the site runs, and check it.

    Models and settings (.env) are not in it.
    """
    if file.exists() and not overwrite:
        raise click.UsageError(f"{file} is there already. Choose another name, or add --overwrite.")
    if not file.resolve().parent.is_dir():
        raise click.UsageError(f"There is no folder {file.parent}.")
    progress = TransferProgress()
    made = make_backup(file.resolve(), utc_now(), lambda done, total: progress(file.name, "saving", done, total))
    progress.close()
    manifest = made.manifest
    click.echo(
        f"Saved {_contents(manifest.recordings, manifest.users)}, {size(manifest.size)}, to {file}. Read back: whole."
    )
    for name in made.missing:
        click.echo(f"Missing here, so not in it: {name}", err=True)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete the accounts and recordings that are here.")
@tell_errors
def restore(file: Path, replace: bool) -> None:
    """Put the accounts, recordings and recaps of a backup in the place of what is here.

    Everybody logs in again. The database may be of another kind than the one that was saved.
    """
    progress = TransferProgress()
    manifest = restore_backup(
        file, utc_now(), replace=replace, on_progress=lambda done, total: progress(file.name, "restoring", done, total)
    )
    progress.close()
    click.echo(f"Restored {_contents(manifest.recordings, manifest.users)} as of {manifest.made_at}.")


def _contents(recordings: int, users: int) -> str:
    return f"{recordings} recording{'' if recordings == 1 else 's'} of {users} user{'' if users == 1 else 's'}"
