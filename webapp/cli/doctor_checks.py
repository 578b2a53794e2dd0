"""What `flask doctor` checks besides Ollama: disk, store, database, Redis, workers and speech models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

import config
from core import probes, worker_register
from core.clock import utc_now
from core.database import problems as database_problems
from core.database import schema, sessions
from core.jobs import pausing
from core.jobs.queues import QUEUES, needed_queues
from core.models_in_use import find_models_in_use
from core.queue.redis_client import read_version
from core.storage.store import file_store
from core.worker_register import LiveWorker
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult

GIGABYTE = 1e9
#: The oldest series of Redis that still gets fixes.
OLDEST_REDIS = (7, 2)
ALLOW_FILTERS = "In a container, let its profile allow the system call seccomp, as Docker's default one does."
#: Less free disk space than this is worth a warning.
LOW_SPACE_BYTES = 5 * GIGABYTE


def _check_disk(settings: config.Settings) -> CheckResult:
    free = file_store().free_bytes()
    state = f"{settings.data_dir}, {free / GIGABYTE:.1f} GB free"
    if free < LOW_SPACE_BYTES:
        return check_result.warning("disk", state, "Free some space, or move DATA_DIR.")
    return check_result.ok("disk", state)


def _check_store(settings: config.Settings) -> CheckResult:
    sizes = file_store().stage_sizes().values()
    used = sum(size for size, _ in sizes)
    state = f"{len(sizes)} results, {used / GIGABYTE:.2f} of {settings.stage_max_bytes / GIGABYTE:.0f} GB"
    if used > settings.stage_max_bytes:
        return check_result.warning("store", state, "Run `flask files prune`.")
    return check_result.ok("store", state)


def _check_files(settings: config.Settings) -> CheckResult:
    problem = probes.probe_files()
    if problem:
        return check_result.error("files", f"{settings.data_dir} {problem.state}", problem.fix)
    mode = settings.data_dir.stat().st_mode & 0o777
    if mode & 0o077:
        state = f"other users of this machine can open {settings.data_dir} (mode {mode:o})"
        return check_result.warning("files", state, f"Run `chmod 700 {settings.data_dir}` as its owner.")
    return check_result.ok("files", "can be written, closed to other users")


def _check_database(_: config.Settings) -> CheckResult:
    problem = probes.probe_database()
    if problem:
        return check_result.error("database", problem.state, problem.fix)
    try:
        unsuited = schema.find_problem(utc_now())
    except SQLAlchemyError as error:
        problem = database_problems.explain(error)
        return check_result.error("database", problem.state, problem.fix)
    if unsuited:
        return check_result.error("database", unsuited, "See above.")
    return check_result.ok("database", f"{sessions.engine().dialect.name}, can be written, tables up to date")


def _check_redis(_: config.Settings) -> CheckResult:
    problem = probes.probe_redis()
    if problem:
        return check_result.error("redis", problem.state, problem.fix)
    try:
        name, version = read_version()
    except RedisError:
        return check_result.ok("redis", "takes messages; it does not tell its version")
    state = f"{name} {version}, takes messages"
    if name == "Redis" and tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST_REDIS:
        return check_result.warning("redis", f"{state}, but gets no more fixes", "Update it to Redis 7.2 or Valkey.")
    return check_result.ok("redis", state)


def _check_workers(_: config.Settings) -> CheckResult:
    try:
        workers = worker_register.live_workers(utc_now())
        paused = [queue for queue in QUEUES if pausing.paused_since(queue)]
    except SQLAlchemyError:
        return check_result.error("workers", "unknown without the database", "Fix the database first.")
    unserved = [queue for queue in needed_queues() if not any(queue in worker.queues for worker in workers)]
    now = utc_now()
    state = "; ".join(_describe_worker(worker, now) for worker in workers) or "none"
    if unserved:
        fix = f"No worker serves {', '.join(unserved)}. Start one, or start all with `make run`."
        return check_result.error("workers", state, fix)
    if paused:
        return check_result.warning("workers", state, f"Paused: {', '.join(paused)}. Run `flask jobs resume`.")
    return check_result.ok("workers", state)


def _describe_worker(worker: LiveWorker, now: datetime) -> str:
    age = max(0, round((now - worker.seen_at).total_seconds()))
    return f"{','.join(worker.queues)}: {worker.device}, seen {age} s ago"


def _check_decoder(_: config.Settings) -> CheckResult:
    from pipeline.decode.wall_check import Filter, try_walls

    walls = try_walls()
    if walls is None:
        state = "the process that reads recordings does not survive its own walls, so no recording is read"
        return check_result.error("decoder", state, f"Report this, with the output of `uname -a`. {ALLOW_FILTERS}")
    if walls.seccomp is Filter.REFUSED:
        state = "the system call filter is refused here, so no recording is read"
        return check_result.error("decoder", state, ALLOW_FILTERS)
    if walls.seccomp is Filter.MISSING:
        state = "there is no system call filter here: a damaged recording that breaks the decoder could do harm"
        fix = f"Run workers on Linux with CONFIG_SECCOMP_FILTER, on x86-64 or ARM64. {ALLOW_FILTERS}"
        return check_result.warning("decoder", state, fix)
    return check_result.ok("decoder", f"confined by seccomp{' and Landlock' if walls.landlock else ''}, tried just now")


def _check_speech_models(settings: config.Settings) -> CheckResult:
    found = find_models_in_use(settings)
    state = f"{found.whisper} ({found.why})" + (f", {found.diarization}" if found.diarization else "")
    if found.problem:
        return check_result.error("speech models", found.problem, found.hint)
    if found.is_demo:
        return check_result.warning("speech models", state, "Install real models with `flask models pull`.")
    return check_result.ok("speech models", state)


CHECKS: tuple[Callable[[config.Settings], CheckResult], ...] = (
    _check_disk,
    _check_files,
    _check_store,
    _check_database,
    _check_redis,
    _check_workers,
    _check_decoder,
    _check_speech_models,
)
