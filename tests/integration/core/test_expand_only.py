"""Migrations only add: processes of the version before run on while the tables are upgraded, and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from click.testing import CliRunner
from sqlalchemy import Connection, create_engine, text
from support.schema_changes import changes_rows, find_losses, read_schema

from core import probes
from core.clock import utc_now
from core.database import schema, sessions
from webapp.cli.database import upgrade_database

#: What a migration may do in spite of the rule, and why.
JUSTIFIED = {
    ("0005", "rows are changed"): "recording.version is a new column, which the version before does not read",
    ("0007", "rows are changed"): "jobs that a process of the version before is running keep the name of its step",
}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Connection]:
    """A database without tables."""
    engine = create_engine(f"sqlite:///{tmp_path / 'steps.db'}")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_no_migration_takes_something_from_the_version_before(empty: Connection) -> None:
    settings = schema._settings()
    settings.attributes["connection"] = empty
    found: list[tuple[str, str]] = []
    for script in list(schema._scripts().walk_revisions())[::-1]:
        before = read_schema(empty)
        command.upgrade(settings, script.revision)
        found += [(script.revision, loss) for loss in find_losses(before, read_schema(empty))]
        if changes_rows(Path(script.path)):
            found.append((script.revision, "rows are changed"))
    assert found == list(JUSTIFIED)


def replace_key(op: Operations) -> None:
    op.drop_table("job")
    op.create_table("job", sa.Column("id", sa.Integer), sa.Column("name", sa.String(16), primary_key=True))


def change_column(**change: object) -> Callable[[Operations], None]:
    def migrate(op: Operations) -> None:
        with op.batch_alter_table("job") as job:
            job.alter_column("name", **change)

    return migrate


def add_rule(kind: str, *arguments: object) -> Callable[[Operations], None]:
    def migrate(op: Operations) -> None:
        with op.batch_alter_table("job") as job:
            getattr(job, kind)(*arguments)

    return migrate


def refer(ondelete: str | None) -> Callable[[Operations], None]:
    column = sa.Column("job", sa.Integer, sa.ForeignKey("job.id", ondelete=ondelete))
    return lambda op: op.create_table("note", column)


def add_column(**options: object) -> Callable[[Operations], None]:
    return lambda op: op.add_column("job", sa.Column("step", sa.String(16), **options))


@pytest.mark.parametrize(
    ("migrate", "loss"),
    [
        (lambda op: op.drop_table("job"), "job is gone"),
        (lambda op: op.rename_table("job", "task"), "job is gone"),
        (lambda op: op.drop_column("job", "name"), "job.name is gone"),
        (change_column(new_column_name="title"), "job.name is gone"),
        (change_column(type_=sa.Integer), "job.name has another type"),
        (change_column(nullable=False, existing_type=sa.String(16)), "job.name must be given"),
        (add_rule("create_unique_constraint", "uq", ["name"]), "job has a new rule (unique)"),
        (lambda op: op.create_index("ix", "job", ["name"], unique=True), "job has a new rule (unique)"),
        (add_rule("create_check_constraint", "ck", text("name <> ''")), "job has a new rule (checks)"),
        (add_rule("create_foreign_key", "fk", "job", ["name"], ["id"]), "job has a new rule (foreign)"),
        (replace_key, "job has another primary key"),
        (refer(None), "note keeps rows of job from being deleted"),
        (refer("CASCADE"), None),
        (add_column(nullable=True), None),
        (add_column(nullable=False, server_default="x"), None),
        (lambda op: op.create_index("ix", "job", ["name"]), None),
    ],
)
def test_a_loss_is_seen(empty: Connection, migrate: Callable[[Operations], None], loss: str | None) -> None:
    operations = Operations(MigrationContext.configure(empty))
    columns = sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(16))
    operations.create_table("job", *columns)
    before = read_schema(empty)
    migrate(operations)
    found = list(find_losses(before, read_schema(empty)))
    assert found[-1:] == ([loss] if loss else [])


def test_a_column_that_must_be_given_is_seen(empty: Connection) -> None:
    before = {"job": {"columns": {}, "key": [], "unique": set(), "foreign": set(), "checks": set()}}
    empty.execute(text("CREATE TABLE job (step VARCHAR(16) NOT NULL)"))
    assert list(find_losses(before, read_schema(empty))) == ["job.step must be given"]


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("def upgrade(): op.execute(sa.update(job).values(step='x'))", True),
        ("def upgrade(): _clean()\ndef _clean(): op.execute(job.delete())", True),
        ("def upgrade(): op.execute(sa.text('...'))", True),
        ("def upgrade(): op.add_column()\ndef downgrade(): op.execute(sa.update(job))", False),
    ],
)
def test_changed_rows_are_seen(tmp_path: Path, code: str, seen: bool) -> None:
    script = tmp_path / "migration.py"
    script.write_text(code)
    assert changes_rows(script) == seen


@pytest.mark.usefixtures("any_database")
def test_a_process_that_runs_goes_on_with_newer_tables_and_a_new_one_is_refused() -> None:
    with sessions.engine().execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert probes.probe_database() is None
    assert "of a newer version than this program" in schema.find_problem(utc_now())
    result = CliRunner().invoke(upgrade_database)
    assert result.exit_code == 1
    assert "of a newer version than this program" in result.output
