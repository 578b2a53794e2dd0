"""What `flask doctor` checks of the database: whether it takes changes, and the version of its tables."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

import config
from core import probes
from core.clock import utc_now
from core.database import problems, schema, sessions
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult


def check_database(_: config.Settings) -> CheckResult:
    """Whether it answers, takes changes and lies where it may."""
    problem = probes.probe_database()
    if problem:
        return check_result.error("database", problem.state, problem.fix)
    try:
        unsuited = schema.find_problem(utc_now())
    except SQLAlchemyError as error:
        problem = problems.explain(error)
        return check_result.error("database", problem.state, problem.fix)
    if unsuited:
        state, fix = unsuited.split(". ", 1)
        return check_result.error("database", state, fix)
    return check_result.ok("database", f"{sessions.engine().dialect.name}, can be written")


def check_migrations(_: config.Settings) -> CheckResult:
    """Whether the tables have the version that this program works with."""
    newest = schema.newest_revision()
    try:
        with sessions.engine().connect() as connection:
            revision = schema.revision_on(connection)
    except SQLAlchemyError:
        return check_result.error("migrations", "unknown without the database", "Fix the database first.")
    if revision == newest:
        return check_result.ok("migrations", f"{newest}, the newest")
    if revision is not None and not schema.is_known(revision):
        state = f"{revision}, of a newer version than this program ({newest})"
        return check_result.error("migrations", state, "Install that version again, or restore a backup made before.")
    missing = ", ".join(number for number, _title in schema.missing_revisions(revision))
    state = f"{revision or 'no tables yet'}; {missing} to come"
    return check_result.error("migrations", state, "Stop the site, run `flask db-upgrade`, then start it again.")
