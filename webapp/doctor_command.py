"""`flask doctor`: looks at every part and names the fix where one is unwell."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import click
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
from webapp.findings import Finding
from webapp.ollama_checks import check_ollama

GIGABYTE = 1e9
#: Less free disk than this is worth a warning.
LITTLE_SPACE_BYTES = 5 * GIGABYTE


def _check_disk(settings: config.Settings) -> Finding:
    free = file_store().free_bytes()
    state = f"{settings.data_dir}, {free / GIGABYTE:.1f} GB free"
    return Finding("disk", state, "Free some space, or move DATA_DIR." if free < LITTLE_SPACE_BYTES else None)


def _check_store(settings: config.Settings) -> Finding:
    sizes = file_store().stage_sizes().values()
    used = sum(size for size, _ in sizes)
    state = f"{len(sizes)} results, {used / GIGABYTE:.2f} of {settings.stage_max_bytes / GIGABYTE:.0f} GB"
    return Finding("store", state, "Run `flask files prune`." if used > settings.stage_max_bytes else None)


def _check_database(_: config.Settings) -> Finding:
    try:
        problem = schema.find_problem(utc_now())
    except SQLAlchemyError as error:
        return Finding("database", f"does not answer ({type(error).__name__})", "Check DATABASE_URL and that it runs.")
    name = sessions.engine().dialect.name
    return Finding("database", problem or f"{name}, tables up to date", "See above." if problem else None)


def _check_redis(_: config.Settings) -> Finding:
    if count_notifications(QUEUES[0]) is None:
        return Finding("redis", "does not answer", "Start it (`make run` does), or set REDIS_URL.")
    return Finding("redis", f"version {redis_client().info('server')['redis_version']}")


def _check_workers(_: config.Settings) -> Finding:
    try:
        alive = worker_register.live_workers(utc_now())
        resting = [queue for queue in QUEUES if pausing.paused_since(queue)]
    except SQLAlchemyError:
        return Finding("workers", "not known without the database", "Mend the database first.")
    missing = [queue for queue in needed_queues() if not any(queue in worker.queues for worker in alive)]
    state = "; ".join(f"{','.join(worker.queues)}: {worker.device}" for worker in alive) or "none"
    if missing:
        return Finding("workers", state, f"No worker serves {', '.join(missing)}. Start one, or all by `make run`.")
    return Finding("workers", state, "The queue rests: `flask jobs resume`." if resting else None)


def _check_models(settings: config.Settings) -> Finding:
    try:
        whisper = speech_models.choose_whisper(settings, gpu.find_gpu(settings))
        diarization = speech_models.choose_diarization(settings, with_demo=whisper.model.is_demo)
    except PipelineError as error:
        return Finding("speech models", error.message, error.hint)
    state = f"{whisper.model.name} ({whisper.why}), {diarization.model.name}"
    fix = f"Put real ones into {settings.models}." if whisper.model.is_demo else None
    return Finding("speech models", state, fix)


CHECKS: tuple[Callable[[config.Settings], Finding], ...] = (
    _check_disk, _check_store, _check_database, _check_redis, _check_workers, _check_models,
)  # fmt: skip


def examine(settings: config.Settings) -> Iterator[Finding]:
    """Look at every part, one after another."""
    for check in CHECKS:
        yield check(settings)
    yield from check_ollama(settings)


@click.command("doctor")
def doctor() -> None:
    """Check everything and name the fix."""
    unwell = 0
    for finding in examine(config.load()):
        unwell += finding.fix is not None
        click.secho("look " if finding.fix else "well ", fg="yellow" if finding.fix else "green", nl=False)
        click.echo(f"{finding.part:14} {finding.state}")
        if finding.fix:
            click.echo(f"{'':20}{finding.fix}")
    sys.exit(1 if unwell else 0)
