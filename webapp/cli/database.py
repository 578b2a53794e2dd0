"""`flask db-upgrade`."""

from __future__ import annotations

import click

from core.database import schema
from core.storage.store import file_store
from webapp.cli.errors import tell_errors


@click.command("db-upgrade")
@tell_errors
def upgrade_database() -> None:
    """Upgrade the database to the latest version."""
    file_store().make_folders()
    schema.upgrade()
    click.echo("The database is up to date.")
