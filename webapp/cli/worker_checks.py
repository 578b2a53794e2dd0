"""What `flask doctor` checks of the processes: a live worker for each queue, and beat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

import config
from core import worker_register
from core.clock import utc_now
from core.jobs import pausing
from core.jobs.queues import QUEUES, needed_queues
from core.worker_register import BEAT, SILENT, LiveWorker
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.formats import span

START = "Start it: `make run`, `sudo systemctl start realrecap.target` or `docker compose up -d`. Its log may say more."


def check_workers(_: config.Settings, now: datetime | None = None) -> CheckResult:
    """Whether each queue has a live worker and none rests."""
    now = now or utc_now()
    try:
        workers = worker_register.live_workers(now)
        unserved = [queue for queue in needed_queues() if not any(queue in worker.queues for worker in workers)]
        gone = [_describe_gone(queue, worker_register.last_seen(queue), now) for queue in unserved]
        paused = [queue for queue in QUEUES if pausing.paused_since(queue)]
    except SQLAlchemyError:
        return check_result.error("workers", "unknown without the database", "Fix the database first.")
    state = "; ".join([_describe(worker, now) for worker in workers] + gone)
    if unserved:
        return check_result.error("workers", state, START)
    if paused:
        return check_result.warning("workers", state, f"Paused: {', '.join(paused)}. Run `flask jobs resume`.")
    return check_result.ok("workers", state)


def check_beat(_: config.Settings, now: datetime | None = None) -> CheckResult:
    """Whether beat lives. Without it recaps are still made, but nothing is cleaned up."""
    now = now or utc_now()
    try:
        found = worker_register.last_seen(BEAT)
    except SQLAlchemyError:
        return check_result.error("beat", "unknown without the database", "Fix the database first.")
    if found is None or found.seen_at <= now - SILENT:
        state = f"{_describe_gone(BEAT, found, now)}: old files are not cleaned up"
        return check_result.warning("beat", state, START)
    return check_result.ok("beat", _describe_times(found, now))


def _describe(worker: LiveWorker, now: datetime) -> str:
    return f"{','.join(worker.queues)}: {worker.device}, {_describe_times(worker, now)}"


def _describe_times(worker: LiveWorker, now: datetime) -> str:
    age = max(0, round((now - worker.seen_at).total_seconds()))
    since = f"alive since {worker.since:%Y-%m-%d %H:%M} UTC, " if worker.since else ""
    return f"{since}seen {age} s ago"


def _describe_gone(queue: str, worker: LiveWorker | None, now: datetime) -> str:
    if worker is None:
        return f"{queue}: none"
    return f"{queue}: none, the last was seen {span((now - worker.seen_at).total_seconds())} ago"
