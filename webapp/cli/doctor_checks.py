"""What `flask doctor` checks besides Ollama: disk, store, database, Redis, workers and speech models."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

import config
from core import gpu, speech_models, worker_register
from core.clock import utc_now
from core.database import schema, sessions
from core.jobs import pausing
from core.jobs.queues import QUEUES, needed_queues
from core.queue.redis_client import count_notifications, redis_client
from core.storage.store import file_store
from pipeline.errors import PipelineError
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult

GIGABYTE = 1e9
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


def _check_database(_: config.Settings) -> CheckResult:
    try:
        problem = schema.find_problem(utc_now())
    except SQLAlchemyError as error:
        state = f"does not answer ({type(error).__name__})"
        return check_result.error("database", state, "Check DATABASE_URL and that the database is running.")
    if problem:
        return check_result.error("database", problem, "See above.")
    return check_result.ok("database", f"{sessions.engine().dialect.name}, tables up to date")


def _check_redis(_: config.Settings) -> CheckResult:
    if count_notifications(QUEUES[0]) is None:
        return check_result.error("redis", "does not answer", "Start it (`make run` does), or set REDIS_URL.")
    return check_result.ok("redis", f"version {redis_client().info('server')['redis_version']}")


def _check_workers(_: config.Settings) -> CheckResult:
    try:
        workers = worker_register.live_workers(utc_now())
        paused = [queue for queue in QUEUES if pausing.paused_since(queue)]
    except SQLAlchemyError:
        return check_result.error("workers", "unknown without the database", "Fix the database first.")
    unserved = [queue for queue in needed_queues() if not any(queue in worker.queues for worker in workers)]
    state = "; ".join(f"{','.join(worker.queues)}: {worker.device}" for worker in workers) or "none"
    if unserved:
        fix = f"No worker serves {', '.join(unserved)}. Start one, or start all with `make run`."
        return check_result.error("workers", state, fix)
    if paused:
        return check_result.warning("workers", state, f"Paused: {', '.join(paused)}. Run `flask jobs resume`.")
    return check_result.ok("workers", state)


def _check_speech_models(settings: config.Settings) -> CheckResult:
    try:
        whisper = speech_models.choose_whisper(settings, gpu.find_gpu(settings))
        diarization = speech_models.choose_diarization(settings, with_demo=whisper.model.is_demo)
    except PipelineError as error:
        return check_result.error("speech models", error.message, error.hint)
    state = f"{whisper.model.name} ({whisper.why}), {diarization.model.name}"
    if whisper.model.is_demo:
        return check_result.warning("speech models", state, f"Install real models into {settings.models}.")
    return check_result.ok("speech models", state)


CHECKS: tuple[Callable[[config.Settings], CheckResult], ...] = (
    _check_disk,
    _check_store,
    _check_database,
    _check_redis,
    _check_workers,
    _check_speech_models,
)
