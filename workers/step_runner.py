"""Runs one step of a claimed job: builds the request, follows the work, writes the outcome."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
from dataclasses import asdict
from typing import Any

from sqlalchemy.exc import OperationalError, SQLAlchemyError

import config
from core.clock import utc_now
from core.database.tables import QUEUE_OF, Recording, Step
from core.jobs import claims, transitions
from core.jobs.claims import Claim
from core.log_format import describe, job_id
from core.queue.notifications import notify
from core.recordings import queries, recap_templates, recaps, speaker_names
from core.storage import removal
from core.storage.store import file_store
from pipeline.audio import DecodeLimits
from pipeline.chain import Chain
from pipeline.diarize import DiarizeOptions
from pipeline.errors import Cancelled, InternalError, OutOfMemory, PipelineError, StageTimeout, StorageFull
from pipeline.recap import Recap, to_json
from pipeline.stages import Request
from pipeline.summarize import SummaryOptions
from workers.database_retry import is_disk_full, keep_trying
from workers.engine_cache import engines
from workers.job_monitor import JobMonitor

log = logging.getLogger(__name__)


def run(held: Claim, settings: config.Settings, stop: Any) -> None:
    """Run the step of a claimed job to its end; never raises.

    `stop` is a shared byte that a shutdown sets: the job then goes back to the queue.
    """
    token = job_id.set(held.job_id[:8])
    try:
        with JobMonitor(held, settings, stop) as watch:
            try:
                _run_step(held, settings, watch)
            except Cancelled:
                _let_go(held, watch)
            except StageTimeout as error:
                _end_overdue(held, watch, error)
            except PipelineError as error:
                log.warning("failed: %s\n%s", error.code, describe(error))
                _fail(held, error)
            except Exception as error:  # whatever an engine raises ends this job, not the worker
                log.error("failed\n%s", describe(error))
                _fail(held, _translate(error))
    except (SQLAlchemyError, StorageFull) as error:  # the database's own disk may be the full one
        log.error("the outcome could not be written; the lease will run out\n%s", describe(error))
    finally:
        job_id.reset(token)


def _let_go(held: Claim, watch: JobMonitor) -> None:
    """The job is given back at a shutdown; otherwise it is no longer ours."""
    if watch.gives_back and claims.give_back(held, utc_now()):
        log.info("given back to the queue")
        return
    log.info("no longer ours: stopped")
    if queries.get(held.recording_id) is None:  # deleted: what this job wrote since then has no owner
        removal.remove_unused(watch.used)


def _fail(held: Claim, error: PipelineError) -> None:
    keep_trying(lambda: transitions.fail(held, error, utc_now()))


def _end_overdue(held: Claim, watch: JobMonitor, error: StageTimeout) -> None:
    """A summary that takes for ever is left out rather than the whole recap; any other stage ends the job."""
    log.warning("%s took too long", watch.stage or held.step)
    if watch.stage != "summarize":
        _fail(held, error)
    elif keep_trying(lambda: transitions.leave_out(held, watch.stage, utc_now())):
        notify(QUEUE_OF[held.step])


def _translate(error: Exception) -> PipelineError:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull()
    if isinstance(error, OperationalError) and is_disk_full(error):
        return StorageFull()
    if isinstance(error, MemoryError):
        return OutOfMemory()
    return InternalError()


def _run_step(held: Claim, settings: config.Settings, watch: JobMonitor) -> None:
    recording = watch.keep_trying(lambda: queries.get(held.recording_id))
    if recording is None:
        raise Cancelled()
    request = _request(recording, held, settings, watch)
    chain = Chain(request, file_store(), watch)
    limits = DecodeLimits(max_seconds=settings.max_audio_seconds)
    log.info("%s, attempt %d", held.step, held.attempt)
    if held.step is Step.PREPARE:
        info = chain.prepare(limits).info
        _advance(held, Step.PROCESS, {"duration_seconds": info.duration_seconds}, watch)
    elif held.step is Step.PROCESS:
        warm = engines(os.getpid())
        warm.check_in = lambda: watch.progress(0.0)
        warm.batch_size = held.batch_size or max(1, settings.whisper_batch_size >> _strikes_in("transcribe", held))
        watch.keep_trying(lambda: transitions.note_batch_size(held, warm.batch_size))
        recap = chain.process(warm, limits)
        if request.until:
            columns = _columns(recap)
            watch.write(lambda: transitions.finish(held, utc_now(), recording=columns))
        else:
            _advance(held, Step.RENDER, _columns(recap), watch)
    else:
        path = recaps.result_path(recording.id, "recap", ".json")
        if path is None:  # swept away while the job waited: make it again
            _advance(held, Step.PROCESS, {}, watch)
            return
        columns = _columns(chain.render(path))
        watch.write(lambda: transitions.finish(held, utc_now(), recording=columns))


def _strikes_in(stage: str, held: Claim) -> int:
    return held.strikes if held.last_stage == stage else 0


def _advance(held: Claim, step: Step, columns: dict[str, Any], watch: JobMonitor) -> None:
    watch.write(lambda: transitions.advance(held, step, utc_now(), recording=columns))
    notify(QUEUE_OF[step])


def _request(recording: Recording, held: Claim, settings: config.Settings, watch: JobMonitor) -> Request:
    url = f"{settings.public_url}/recordings/{recording.id}" if settings.public_url else None
    return Request(
        recording_id=recording.id,
        owner_id=recording.owner_id,
        upload=file_store().recording(recording.id),
        title=recording.title,
        filename=recording.filename,
        size_bytes=recording.size_bytes,
        sha256=recording.sha256,
        uploaded_at=recording.created_at.isoformat().replace("+00:00", "Z"),
        language=recording.language,
        summary=watch.keep_trying(lambda: _summary_options(recording)),
        model=recording.model,
        speakers=DiarizeOptions(recording.num_speakers, recording.min_speakers, recording.max_speakers),
        until=recording.until,
        skip=held.skip,
        recording_url=url,
        timezone=settings.timezone,
        organisation=settings.organisation,
        names=watch.keep_trying(lambda: speaker_names.names_of(recording.id)),
    )


def _summary_options(recording: Recording) -> SummaryOptions:
    """What the recap shall be like; the template's text is the one of this moment."""
    template, instructions = recap_templates.resolve(recording.template, recording.instructions)
    return SummaryOptions(recording.summary_language, template, instructions)


def _columns(recap: Recap) -> dict[str, Any]:
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
