"""What the errors of SQLite and PostgreSQL mean for the person who runs the server."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from core.problems import Problem

AWAY = Problem("does not answer", "Check DATABASE_URL and that the database is running.")
_FULL = Problem("is full", "Free space on its disk.")
_READ_ONLY = Problem(
    "is read-only",
    "If it is a standby, set DATABASE_URL to the primary. If not, turn its `default_transaction_read_only` off.",
)
_LOCKED = Problem("is locked by another program", "End the program that holds it.")
_NO_RIGHTS = Problem("lacks rights", "Let its user write the tables.")
_NO_CONNECTION = Problem("has no connection left", "Raise its limit of connections, or end idle ones.")
_PASSWORD = Problem("refuses the password", "Correct the password in DATABASE_URL.")
_STARTING = Problem("is starting or shutting down", "Wait a moment.")
#: PostgreSQL's SQLSTATE, which has no language. Source: its manual, appendix A.
_BY_STATE = {"53100": _FULL, "25006": _READ_ONLY, "55P03": _LOCKED, "42501": _NO_RIGHTS, "57P01": _STARTING}
#: What SQLite says, and PostgreSQL while one connects, which comes without a SQLSTATE.
_BY_WORDS = (
    ("disk is full", _FULL),
    ("readonly", Problem("cannot be written", "Make its file and folder writable for the user that runs RealRecap.")),
    ("unable to open", Problem("cannot be opened", "Make its folder writable for the user that runs RealRecap.")),
    ("locked", _LOCKED),
    ("too many", _NO_CONNECTION),
    ("remaining connection slots", _NO_CONNECTION),
    ("the database system is", _STARTING),
    ("password authentication failed", _PASSWORD),
    ("no password supplied", _PASSWORD),
    ("does not exist", Problem("or its user does not exist", "Create it, or correct DATABASE_URL.")),
    ("malformed", Problem("is damaged", "Restore it from a backup.")),
    ("i/o error", Problem("cannot be read or written: its disk reports errors", "Check the disk.")),
)


def explain(error: SQLAlchemyError) -> Problem:
    """What is wrong with the database, by its answer or the lack of one."""
    cause = getattr(error, "orig", None)
    problem = _BY_STATE.get(getattr(cause, "sqlstate", None) or "")
    said = str(cause or "").lower()
    return problem or next((each for words, each in _BY_WORDS if words in said), AWAY)


def is_read_only(error: SQLAlchemyError) -> bool:
    """Whether the database takes no changes, as a standby does."""
    return explain(error) is _READ_ONLY
