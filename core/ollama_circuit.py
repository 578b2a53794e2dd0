"""A circuit breaker for Ollama: after failures in a row, in any worker, no worker calls it for a while.

A row for each address counts the failures; a success takes it away. When the rest is over the next call is a trial: one
more failure and Ollama rests again at once. Being told that a model is missing is no failure, and neither is an answer
that makes a poor summary: there Ollama works.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, update

from core.database import sessions
from core.database.tables import OllamaHealth

MOST_FAILURES = 5
OPEN_TIME = timedelta(minutes=5)

#: What the codes of `pipeline.ollama.failures.Reason` mean, for pages and commands: "Ollama ...".
REASONS = {
    "away": "did not answer",
    "busy": "had too much to do",
    "error": "reported an error",
    "silent": "did not begin its answer in time",
    "stalled": "stopped answering in the middle of its answer",
    "broke_off": "broke off its answer",
    "slow": "did not finish its answer in time",
    "endless": "gave an answer without an end",
    "refused": "refused access",
    "foreign": "was not what answered at OLLAMA_HOST",
    "certificate": "has a certificate that is not trusted",
    "environment": "could not be called with the proxies or certificates in the environment",
}


@dataclass(frozen=True, slots=True)
class CircuitState:
    """How calls to one Ollama went lately. `reason` is a key of REASONS, "" without a failure."""

    failures: int = 0
    reason: str = ""
    failed_at: datetime | None = None
    open_until: datetime | None = None

    @property
    def state(self) -> Literal["closed", "open", "half_open"]:
        """`open`: it is not called; `half_open`: the pause is over, and the next call decides."""
        if self.open_until:
            return "open"
        if self.failures >= MOST_FAILURES:
            return "half_open"
        return "closed"

    @property
    def why(self) -> str:
        """The last failure in words that go on after "Ollama"; "" without one."""
        return REASONS.get(self.reason, "failed") if self.failures else ""


def read_circuit(host: str, now: datetime) -> CircuitState:
    """How calls to the Ollama at this address went lately."""
    with sessions.read() as session:
        row = session.get(OllamaHealth, host)
    return CircuitState(row.failures, row.reason, row.failed_at, _still(row, now)) if row else CircuitState()


def open_until(host: str, now: datetime) -> datetime | None:
    """Until when Ollama must not be called; None if it may be."""
    return read_circuit(host, now).open_until


def note_failure(host: str, reason: str, now: datetime) -> datetime | None:
    """Count a call that brought no answer; returns until when Ollama is not called, if so.

    A call that began before the rest and fails in it counts, but does not prolong it.
    Raises ValueError for a reason that is not in REASONS: free text could hold words of a recording.
    """
    if reason not in REASONS:
        raise ValueError(f"there is no reason {reason!r}")
    with sessions.write() as session:
        sessions.lock_table(session, OllamaHealth.__tablename__)
        row = session.get(OllamaHealth, host)
        if row is None:
            row = OllamaHealth(host=host, failures=0)
            session.add(row)
        row.failures, row.reason, row.failed_at = row.failures + 1, reason, now
        if row.failures >= MOST_FAILURES and _still(row, now) is None:
            row.open_until = now + OPEN_TIME
        return row.open_until


def note_success(host: str) -> None:
    """Ollama gave a complete answer: forget its failures."""
    with sessions.read() as session:
        if session.get(OllamaHealth, host) is None:  # so it is nearly always, and nothing needs writing
            return
    with sessions.write() as session:
        session.execute(delete(OllamaHealth).where(OllamaHealth.host == host))


def allow_trial(host: str) -> None:
    """Allow one call although the breaker is open, because a person asks for it; one more failure opens it again."""
    with sessions.write() as session:
        session.execute(update(OllamaHealth).where(OllamaHealth.host == host).values(open_until=None))


def _still(row: OllamaHealth, now: datetime) -> datetime | None:
    """When the breaker may close, if that is ahead. A time too far ahead comes from a clock that was set back."""
    until = row.open_until
    return until if until is not None and now < until <= now + OPEN_TIME else None
