"""How much work a job still needs, from the measured speed of each stage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.database.tables import Job, Recording, Status
from core.jobs.queues import queue_of
from pipeline.catalogue import STAGES, Step, find_stage

#: Below this share of a transcription its speed says little.
_LEAST_SHARE = 0.05


def remaining_stages(job: Job, recording: Recording) -> list[str]:
    """The stages that a job still runs; the words of a finished recording are not recognised again."""
    begins = list(Step).index(Step(job.step))
    known = ("prepare", "transcribe") if recording.version is not None else ()
    return [
        stage.name
        for stage in STAGES
        if list(Step).index(stage.step) >= begins and stage.name not in job.skip and stage.name not in known
    ]


def find_work_left(recording: Recording, speeds: Mapping[str, float], now: datetime) -> float | None:
    """Seconds of work left of a job that waits or runs; None if unknown.

    `speeds` are seconds of work a second of audio, by stage; for the first recording they come from the transcription
    that is running.
    """
    job, length = recording.job, recording.duration_seconds
    if job.status not in (Status.RUNNING, Status.QUEUED) or length is None:
        return None
    known = {**_speeds_so_far(job, length, now), **speeds}
    if "transcribe" not in known:
        return None
    return _sum_up(job, remaining_stages(job, recording), known, length)


def find_queue_seconds(job: Job, queue: str, speeds: Mapping[str, float]) -> float | None:
    """Seconds that a job still keeps a worker of this queue busy; None if unknown."""
    if job.duration is None or "transcribe" not in speeds:
        return None
    served = [name for name in remaining_stages(job, job.recording) if queue_of(find_stage(name).step) == queue]
    return _sum_up(job, served, speeds, job.duration)


def _sum_up(job: Job, stages: list[str], speeds: Mapping[str, float], length: float) -> float:
    is_running = job.status == Status.RUNNING and job.stage in stages
    left = stages[stages.index(str(job.stage)) :] if is_running else stages
    seconds = [speeds.get(stage, 0.0) * length for stage in left]
    return sum(seconds) - (seconds[0] * job.progress if is_running else 0.0)


def _speeds_so_far(job: Job, length: float, now: datetime) -> dict[str, float]:
    """Work over audio seconds of a running transcription; diarization takes about as long."""
    if job.stage != "transcribe" or job.stage_started_at is None or job.progress < _LEAST_SHARE:
        return {}
    ratio = (now - job.stage_started_at).total_seconds() / (job.progress * length)
    return {"transcribe": ratio, "diarize": ratio}
