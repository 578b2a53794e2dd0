"""Runs the migrations on the connection that `core.database.schema.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from core.database import sessions
from core.database.base import Base


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run_on(connection)
        return
    with sessions.engine().execution_options(write=True).begin() as connection:  # the `alembic` command
        _run_on(connection)


def _run_on(connection: object) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run()
