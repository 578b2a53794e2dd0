"""Runs one step of a claimed job: builds the request, follows the work, writes the outcome."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy.exc import OperationalError, SQLAlchemyError

import config
from core.clock import utc_now
from core.jobs import claims, transitions
from core.jobs.claims import Claim
from core.jobs.queues import queue_of
from core.log_format import job_id, trace_of
from core.queue.notifications import notify
from core.recordings import (
    indexing,
    queries,
    recaps,
    voice_prints,
)
from core.retention import deletion, pruning
from core.storage import references
from core.storage.store import file_store
from pipeline.catalogue import Step
from pipeline.decode.limits import DecodeLimits
from pipeline.errors import Cancelled, InternalError, OutOfMemory, PipelineError, StageTimeout, StorageFull
from pipeline.recap import Recap, to_json
from pipeline.steps.context import StepContext
from pipeline.steps.listen import listen
from pipeline.steps.listen_result import ListenResult, listen_result_of_recap, load_listen_result
from pipeline.steps.prepare import keep_playback, prepare
from pipeline.steps.render import render
from pipeline.steps.summarize import compose_without_summary, summarize
from workers.database_retry import is_disk_full, with_retry
from workers.engine_cache import EngineCache, engines
from workers.job_monitor import JobMonitor
from workers.job_request import make_request
from workers.kept_speakers import keep_speakers, keep_voices
from workers.made_of_parts import carry_over, make_of_parts

log = logging.getLogger(__name__)


def run(claim: Claim, settings: config.Settings, stop: Any) -> None:
    """Run the step of a claimed job to its end; never raises.

    `stop` is a shared byte that a shutdown sets: the job then goes back to the queue.
    """
    token = job_id.set(claim.job_id[:8])
    try:
        with JobMonitor(claim, settings, stop) as monitor:
            try:
                _run_step(claim, settings, monitor)
            except Cancelled:
                _release(claim, monitor)
            except StageTimeout as error:
                _handle_timeout(claim, monitor, error)
            except PipelineError as error:
                log.warning("failed: %s", error.code, extra=trace_of(error))
                _fail(claim, error)
            except Exception as error:  # whatever an engine raises ends this job, not the worker
                log.error("failed", extra=trace_of(error))
                _fail(claim, _translate(error))
    except (SQLAlchemyError, StorageFull) as error:  # the database's own disk may be the full one
        log.error("the outcome could not be written; the lease will run out", extra=trace_of(error))
    finally:
        job_id.reset(token)


def _release(claim: Claim, monitor: JobMonitor) -> None:
    """The job is given back at a shutdown; otherwise it is no longer ours."""
    if monitor.is_shutting_down and claims.give_back(claim, utc_now()):
        log.info("given back to the queue")
        return
    log.info("no longer ours: stopped")
    if queries.get(claim.recording_id) is None:  # deleted: what this job wrote since then has no owner
        file_store().remove_recording(claim.recording_id)
        deletion.remove_unused(monitor.used_keys)


def _fail(claim: Claim, error: PipelineError) -> None:
    with_retry(lambda: transitions.fail(claim, error, utc_now()))


def _handle_timeout(claim: Claim, monitor: JobMonitor, error: StageTimeout) -> None:
    """A summary that takes for ever is left out rather than the whole recap; any other stage ends the job."""
    log.warning("%s took too long", monitor.stage or claim.step)
    if monitor.stage != "summarize":
        _fail(claim, error)
    elif with_retry(lambda: transitions.skip_stage(claim, monitor.stage, utc_now())):
        notify(queue_of(claim.step))


def _translate(error: Exception) -> PipelineError:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull()
    if isinstance(error, OperationalError) and is_disk_full(error):
        return StorageFull()
    if isinstance(error, MemoryError):
        return OutOfMemory()
    return InternalError()


def _run_step(claim: Claim, settings: config.Settings, monitor: JobMonitor) -> None:
    recording = monitor.with_retry(lambda: queries.get(claim.recording_id))
    if recording is None:
        raise Cancelled()
    if claim.step is Step.PREPARE and recording.parts:
        recording = make_of_parts(recording, claim, monitor, _limits(settings))
    context = StepContext(make_request(recording, claim, settings, monitor), file_store(), monitor)
    log.info("%s, attempt %d", claim.step, claim.attempt)
    _STEPS[claim.step](claim, settings, monitor, context)


def _prepare(claim: Claim, settings: config.Settings, monitor: JobMonitor, context: StepContext) -> None:
    info = prepare(context, _limits(settings)).info
    _advance(claim, Step.LISTEN, {"duration_seconds": info.duration_seconds}, monitor)


def _listen(claim: Claim, settings: config.Settings, monitor: JobMonitor, context: StepContext) -> None:
    cache = _engines(monitor)
    cache.batch_size = claim.batch_size or max(1, settings.whisper_batch_size >> _strikes_in("transcribe", claim))
    monitor.with_retry(lambda: transitions.note_batch_size(claim, cache.batch_size))
    listened = listen(context, cache, _limits(settings))
    monitor.with_retry(lambda: keep_speakers(claim.recording_id, listened))
    monitor.with_retry(lambda: carry_over(claim.recording_id, listened))
    if monitor.with_retry(lambda: voice_prints.wants_voices(context.request.owner_id)):
        keep_voices(context, cache, listened, monitor)
    if context.request.until in ("transcribe", "diarize"):
        _finish(claim, compose_without_summary(context, listened), monitor)
    else:
        _advance(claim, Step.SUMMARIZE, {}, monitor)


def _summarize(claim: Claim, settings: config.Settings, monitor: JobMonitor, context: StepContext) -> None:
    listened = monitor.with_retry(lambda: _find_listen_result(claim.recording_id))
    if listened is not None and listened.vocabulary != context.request.vocabulary:
        listened = None
    if listened is None:  # a new vocabulary, an interrupted first attempt, or files that were lost
        _advance(claim, Step.LISTEN, {}, monitor)
        return
    recap = summarize(context, listened, _engines(monitor))
    if context.request.until:
        _finish(claim, recap, monitor)
    else:
        _advance(claim, Step.RENDER, recap_columns(recap), monitor)


def _render(claim: Claim, settings: config.Settings, monitor: JobMonitor, context: StepContext) -> None:
    path = recaps.result_path(claim.recording_id, "recap", ".json")
    if path is None:  # lost while the job waited: write it again
        _advance(claim, Step.SUMMARIZE, {}, monitor)
        return
    recap = render(context, path)
    keep_playback(context)
    _finish(claim, recap, monitor)


_STEPS: dict[Step, Callable[[Claim, config.Settings, JobMonitor, StepContext], None]] = {
    Step.PREPARE: _prepare,
    Step.LISTEN: _listen,
    Step.SUMMARIZE: _summarize,
    Step.RENDER: _render,
}


def _find_listen_result(recording_id: str) -> ListenResult | None:
    """What the step `listen` left, else the same out of the current recap; None if there is neither."""
    path = recaps.result_path(recording_id, "listen", ".json")
    listened = load_listen_result(path) if path else None
    if listened is not None and listened.transcript_key == references.key_of(recording_id, "transcript"):
        return listened
    # an older version was taken up, or the recording is one of version 0.1
    version = recaps.get_version(recording_id)
    path = file_store().find(version.key, ".json") if version else None
    if version is None or path is None:
        return None
    return listen_result_of_recap(path, version.transcript_key or "")


def _engines(monitor: JobMonitor) -> EngineCache:
    cache = engines(os.getpid())
    cache.checkpoint = lambda: monitor.progress(0.0)
    return cache


def _limits(settings: config.Settings) -> DecodeLimits:
    return DecodeLimits(max_seconds=settings.max_audio_seconds, make_room=pruning.make_room)


def _strikes_in(stage: str, claim: Claim) -> int:
    return claim.strikes if claim.last_stage == stage else 0


def _advance(claim: Claim, step: Step, columns: dict[str, Any], monitor: JobMonitor) -> None:
    monitor.write(lambda: transitions.advance(claim, step, utc_now(), recording=columns))
    notify(queue_of(step))


def _finish(claim: Claim, recap: Recap, monitor: JobMonitor) -> None:
    """End the job, then have the recording found by what it shows now."""
    columns = recap_columns(recap)
    monitor.write(lambda: transitions.finish(claim, utc_now(), recording=columns))
    try:
        indexing.index_recording(claim.recording_id)
    except Exception as error:  # the job is done; beat indexes what is missing
        log.warning("not indexed for the search yet", extra=trace_of(error))


def recap_columns(recap: Recap) -> dict[str, Any]:
    """What lists show of a recap, kept in the database so that no file is read for a list."""
    summary = recap.summary
    return {
        "detected_language": recap.transcript.language,
        "warnings": [asdict(notice) for notice in recap.warnings],
        "facts": {
            "speakers": [speaker.name for speaker in recap.transcript.speakers],
            "decisions": len(summary.decisions),
            "action_items": len(summary.action_items),
            "questions": len(summary.questions),
            "coverage": asdict(recap.coverage),
            "summary": {
                **{name: getattr(summary, name) for name in ("template", "language", "engine", "model")},
                "digest": hashlib.sha256(to_json(summary)).hexdigest(),
            },
        },
    }
