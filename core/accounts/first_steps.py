"""What each administrator has said of the first steps: shown to them once, and steps that they skipped."""

from __future__ import annotations

from collections.abc import Iterable

from core.database.sessions import lock_table, read, write
from core.database.tables import FirstSteps


def was_shown(user_id: str) -> bool:
    """Whether an administrator has seen the first steps."""
    with read() as session:
        return session.get(FirstSteps, user_id) is not None


def skipped_steps(user_id: str) -> frozenset[str]:
    """The names of the steps that an administrator skipped."""
    with read() as session:
        found = session.get(FirstSteps, user_id)
    return frozenset(found.skipped) if found else frozenset()


def note_shown(user_id: str) -> None:
    """Remember that an administrator has seen the first steps."""
    _change(user_id, frozenset(), frozenset())


def skip(user_id: str, steps: Iterable[str]) -> None:
    """Leave steps out: their problems are not reported to this administrator any more."""
    _change(user_id, frozenset(steps), frozenset())


def resume(user_id: str, step: str) -> None:
    """Take up a step that was skipped."""
    _change(user_id, frozenset(), frozenset([step]))


def _change(user_id: str, add: frozenset[str], remove: frozenset[str]) -> None:
    with write() as session:
        lock_table(session, FirstSteps.__tablename__)  # two windows may say so at the same time
        kept = session.get(FirstSteps, user_id)
        skipped = frozenset(kept.skipped) if kept else frozenset()
        session.merge(FirstSteps(user_id=user_id, skipped=sorted((skipped | add) - remove)))
