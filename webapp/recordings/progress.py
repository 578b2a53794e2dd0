"""The progress of a recording that has no recap yet: time left, and the state of each stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core import worker_register
from core.database.tables import Recording, Status
from core.jobs.estimates import QueueEstimate
from core.jobs.queues import queues_served_by
from pipeline.catalogue import STAGES, Stage
from webapp import formats
from webapp.recordings.states import current_stage

#: What a running stage does, shown below its title.
_ACTIVITIES = {"prepare": "Reading the audio", "diarize": "Comparing voices", "summarize": "Finding the main points"}


@dataclass(frozen=True, slots=True)
class StageProgress:
    """A stage in words. `state` is done, now, next, failed, cancelled or skipped; `percent` draws a progress bar."""

    name: str
    state: str
    text: str
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The head of the page, with a small `label` above the `headline`, and the stages."""

    label: str
    headline: str
    below: str
    stages: tuple[StageProgress, ...]


def describe_progress(recording: Recording, estimate: QueueEstimate, *, has_worker: bool) -> Progress:
    """The progress of a recording in words. `has_worker` says whether a live worker serves its queue."""
    label, headline = _describe_headline(recording, estimate)
    return Progress(label, headline, _describe_start(recording, has_worker), _describe_stages(recording, estimate))


def has_live_worker(recording: Recording, now: datetime) -> bool:
    """Whether a live worker serves the queue of the job."""
    workers = worker_register.live_workers(now)
    return any(recording.job.queue in queues_served_by(queue) for worker in workers for queue in worker.queues)


def announce(recording: Recording) -> str:
    """What screen readers announce when it changes: the stage, never the percentage."""
    status = recording.job.status
    if status == Status.QUEUED:
        return "Waiting"
    return current_stage(recording).doing if status == Status.RUNNING else str(status).capitalize()


def _describe_headline(recording: Recording, estimate: QueueEstimate) -> tuple[str, str]:
    left = estimate.seconds_left(recording)
    if left is not None:
        return "Time left", f"About {formats.span(left)}"
    place = estimate.place(recording.job)
    if recording.job.status == Status.QUEUED and place is not None:
        return "In line", "Next" if place == 1 else formats.ordinal(place)
    return "In progress", current_stage(recording).doing


def _describe_start(recording: Recording, has_worker: bool) -> str:
    job = recording.job
    if not has_worker:
        return "No worker is running. Processing starts as soon as one is."
    if job.started_at is None:
        return f"Uploaded at {formats.hour(recording.created_at)}. You can close this page."
    return f"Started at {formats.hour(job.started_at)}. You can close this page."


def _describe_stages(recording: Recording, estimate: QueueEstimate) -> tuple[StageProgress, ...]:
    current = STAGES.index(current_stage(recording))
    stages = []
    for position, stage in enumerate(STAGES):
        if stage.name in recording.job.skip:
            stages.append(StageProgress(stage.title, "skipped", "Skipped after failing three times"))
        elif position < current:
            stages.append(StageProgress(stage.title, "done", _describe_done(stage, recording.duration_seconds)))
        elif position == current:
            stages.append(_describe_current(recording, stage, estimate.speeds))
        else:
            stages.append(StageProgress(stage.title, "next", _describe_next(recording, stage, estimate.speeds)))
    return tuple(stages)


def _describe_done(stage: Stage, length: float | None) -> str:
    if length is not None and stage.name == "prepare":
        return f"{stage.done}, {formats.clock(length)} long"
    if length is not None and stage.name == "transcribe":
        return f"{formats.clock(length)} transcribed"
    return stage.done


def _describe_current(recording: Recording, stage: Stage, speeds: Mapping[str, float]) -> StageProgress:
    job = recording.job
    percent = int(job.progress * 100)
    if job.status == Status.RUNNING:
        return StageProgress(stage.title, "now", _describe_running(recording, stage), percent)
    if job.status == Status.QUEUED:
        return StageProgress(stage.title, "next", _describe_next(recording, stage, speeds))
    state = "failed" if job.status == Status.FAILED else "cancelled"
    return StageProgress(stage.title, state, _describe_stopped(recording, stage), percent if percent else None)


def _describe_running(recording: Recording, stage: Stage) -> str:
    length = recording.duration_seconds
    if stage.name == "transcribe" and length:
        return f"{formats.clock(recording.job.progress * length)} of {formats.clock(length)} transcribed"
    return _ACTIVITIES.get(stage.name, "Running")


def _describe_stopped(recording: Recording, stage: Stage) -> str:
    length = recording.duration_seconds
    if stage.name == "transcribe" and length and recording.job.progress:
        position = formats.clock(recording.job.progress * length)
        return f"Stopped at {position} of {formats.clock(length)}. The transcript so far is kept"
    return "Stopped here"


def _describe_next(recording: Recording, stage: Stage, speeds: Mapping[str, float]) -> str:
    if recording.job.status not in (Status.QUEUED, Status.RUNNING):
        return "Not started"
    seconds_per_second, length = speeds.get(stage.name), recording.duration_seconds
    return f"About {formats.span(seconds_per_second * length)}" if seconds_per_second and length else ""
