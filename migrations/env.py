"""Runs the migrations on the connection that `core.database.schema.upgrade` passes in."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from core.database import sessions
from core.database.base import Base


def run() -> None:
    """Migrate on the given connection, or on a new one when called by the `alembic` command."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run_on(connection)
        return
    with sessions.engine().execution_options(write=True).begin() as connection:
        _run_on(connection)


def _run_on(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run()
