"""Runs one step of a claimed job: builds the request, follows the work, writes the outcome."""

from __future__ import annotations

import errno
import logging
import os
from dataclasses import asdict
from typing import Any

import config
from library import jobs, recordings
from library.jobs import Claim
from library.logs import describe, job_id
from library.models import QUEUE_OF, Recording, Step, utc_now
from library.queue import wake
from pipeline.audio import DecodeLimits
from pipeline.chain import Chain
from pipeline.diarize import DiarizeOptions
from pipeline.errors import Cancelled, InternalError, PipelineError, StorageFull
from pipeline.recap import Recap
from pipeline.stages import Request
from workers.lifeline import Lifeline
from workers.models import engines

log = logging.getLogger(__name__)


def run(held: Claim, settings: config.Settings, stop: Any) -> None:
    """Run the step of a claimed job to its end; never raises.

    `stop` is a shared byte that a shutdown sets: the job then goes back to the queue.
    """
    token = job_id.set(held.job_id[:8])
    try:
        with Lifeline(held, settings, stop) as watch:
            try:
                _run_step(held, settings, watch)
            except Cancelled:
                if watch.gives_back:
                    jobs.give_back(held, utc_now())
                    log.info("given back to the queue")
                else:
                    log.info("no longer ours: stopped")
            except PipelineError as error:
                log.warning("failed: %s\n%s", error.code, describe(error))
                jobs.fail(held, error, utc_now())
            except Exception as error:  # whatever an engine raises ends this job, not the worker
                log.error("failed\n%s", describe(error))
                jobs.fail(held, _translate(error), utc_now())
    finally:
        job_id.reset(token)


def _translate(error: Exception) -> PipelineError:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull()
    return InternalError()


def _run_step(held: Claim, settings: config.Settings, watch: Lifeline) -> None:
    recording = recordings.get(held.recording_id)
    if recording is None:
        raise Cancelled()
    request = _request(recording, held, settings)
    chain = Chain(request, recordings.files(), watch)
    limits = DecodeLimits(max_seconds=settings.max_audio_seconds)
    log.info("%s, attempt %d", held.step, held.attempt)
    if held.step is Step.PREPARE:
        info = chain.prepare(limits).info
        _advance(held, Step.PROCESS, {"duration_seconds": info.duration_seconds})
    elif held.step is Step.PROCESS:
        recap = chain.process(engines(os.getpid()), limits)
        if request.until:
            jobs.finish(held, utc_now(), recording=_columns(recap))
        else:
            _advance(held, Step.RENDER, _columns(recap))
    else:
        path = recordings.result_path(recording.id, "recap", ".json")
        if path is None:  # swept away while the job waited: make it again
            _advance(held, Step.PROCESS, {})
            return
        chain.render(path)
        jobs.finish(held, utc_now())


def _advance(held: Claim, step: Step, columns: dict[str, Any]) -> None:
    if jobs.advance(held, step, utc_now(), recording=columns):
        wake(QUEUE_OF[step])


def _request(recording: Recording, held: Claim, settings: config.Settings) -> Request:
    url = f"{settings.public_url}/recordings/{recording.id}" if settings.public_url else None
    return Request(
        recording_id=recording.id,
        owner_id=recording.owner_id,
        upload=recordings.files().recording(recording.id),
        title=recording.title,
        filename=recording.filename,
        size_bytes=recording.size_bytes,
        sha256=recording.sha256,
        uploaded_at=recording.created_at.isoformat().replace("+00:00", "Z"),
        language=recording.language,
        speakers=DiarizeOptions(recording.num_speakers, recording.min_speakers, recording.max_speakers),
        until=recording.until,
        skip=held.skip,
        recording_url=url,
        timezone=settings.timezone,
        organisation=settings.organisation,
    )


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
        },
    }
