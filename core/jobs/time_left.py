"""How much work a job still has before it, from the measured speed of each stage."""

from __future__ import annotations

from datetime import datetime

from core.database.sessions import read
from core.database.tables import Job, Recording, Status, Step
from core.jobs import fair_order, speeds


def queue_positions(now: datetime) -> dict[str, int]:
    """How many jobs go before each that still has to pass the GPU, by job id."""
    with read() as session:
        return fair_order.rank_waiting(session, now)


#: The stages that a person follows, in order.
STAGES = ("prepare", "transcribe", "diarize", "summarize", "render")


def stages_of(job: Job, recording: Recording) -> list[str]:
    """The stages that take time in a job: with a recap there already, what was heard is there too."""
    if job.step == Step.RENDER:
        return ["render"]
    there: tuple[str, ...] = ()
    if recording.version is not None:
        lacks_speakers = any(each["code"] == "diarization_missing" for each in recording.warnings)
        there = ("prepare", "transcribe") if lacks_speakers else ("prepare", "transcribe", "diarize")
    return [stage for stage in STAGES if stage not in job.skip and stage not in there]


def time_left(recording: Recording, now: datetime) -> float | None:
    """Seconds of work left of a job that waits or is at work; None: not known.

    From what the stages took here before; the first time, from how fast the transcription goes.
    """
    job, length = recording.job, recording.duration_seconds
    if job.status not in (Status.RUNNING, Status.QUEUED) or length is None:
        return None
    known = _speeds_so_far(job, length, now) | speeds.speeds()
    if "transcribe" not in known:
        return None
    stages = stages_of(job, recording)
    current = stages.index(job.stage) if job.stage in stages else 0
    if job.status == Status.QUEUED and job.step == Step.PROCESS and stages[current] == "prepare":
        current += 1
    left = sum(known.get(stage, 0.0) * length for stage in stages[current + 1 :])
    running = stages[current]
    return left + known.get(running, 0.0) * length * (1 - (job.progress if job.stage == running else 0.0))


def _speeds_so_far(job: Job, length: float, now: datetime) -> dict[str, float]:
    """Work over audio seconds of a transcription at work; telling speakers apart takes about as long."""
    if job.stage != "transcribe" or job.stage_started_at is None or job.progress < 0.05:
        return {}
    ratio = (now - job.stage_started_at).total_seconds() / (job.progress * length)
    return {"transcribe": ratio, "diarize": ratio}
