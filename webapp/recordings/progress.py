"""A recording at work, stopped or failed: time left and what each stage has done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core import worker_register
from core.database.tables import Recording, Status
from core.jobs import speeds
from core.jobs.estimates import QueueEstimate
from core.jobs.queues import queues_served_by
from pipeline.catalogue import STAGE_NAMES
from webapp import formats
from webapp.recordings import rows
from webapp.recordings.rows import AT_WORK, stage_of

NAMES = {
    "prepare": "Prepare",
    "transcribe": "Transcribe",
    "diarize": "Find speakers",
    "summarize": "Write the recap",
    "render": "Make the PDF",
}
_DONE = {"diarize": "Speakers told apart", "summarize": "Recap written", "render": "PDF made"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage in words. `state`: done, now, next, failed, skipped; `percent` draws a bar."""

    name: str
    state: str
    text: str
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The head of the page while a recording is not done. `label` stands small above `headline`."""

    label: str
    headline: str
    below: str
    stages: tuple[Stage, ...]


def look(recording: Recording, line: QueueEstimate, now: datetime) -> Progress:
    """How a recording gets on."""
    label, headline = _headline(recording, line)
    return Progress(label, headline, _below(recording, now), _stages(recording))


def _headline(recording: Recording, line: QueueEstimate) -> tuple[str, str]:
    left = line.seconds_left(recording)
    if left is not None:
        return "Time left", f"About {formats.span(left)}"
    place = line.place(recording.job)
    if recording.job.status == Status.QUEUED and place is not None:
        return "In line for the speech worker", "Next" if place == 1 else formats.ordinal(place)
    return "At work", AT_WORK[stage_of(recording)]


def _below(recording: Recording, now: datetime) -> str:
    job = recording.job
    if not _has_worker(recording, now):
        return "No worker is running. The work starts as soon as one is."
    if job.started_at is None:
        return f"Uploaded at {formats.hour(recording.created_at)}. The work goes on without this page."
    return f"Started at {formats.hour(job.started_at)}. The work goes on without this page."


def _has_worker(recording: Recording, now: datetime) -> bool:
    workers = worker_register.live_workers(now)
    return any(recording.job.queue in queues_served_by(queue) for worker in workers for queue in worker.queues)


@dataclass(frozen=True, slots=True)
class Again:
    """One line on a recap that is written again, or that could not be. `kind`: waiting, running, failed, cancelled."""

    kind: str
    head: str
    text: str
    percent: int | None = None


def again(recording: Recording, line: QueueEstimate, now: datetime) -> Again | None:
    """How the work on a recap gets on that is there already; None where there is no work."""
    job, state = recording.job, rows.state(recording, line)
    if job.status == Status.DONE:
        return None
    if state.kind == "waiting":
        return Again("waiting", "The recap will be written again", _waiting_text(recording, line, now))
    if state.kind == "running":
        stage = stage_of(recording)
        head = "Writing the recap again" if stage == "summarize" else AT_WORK[stage]
        return Again("running", head, state.text.capitalize(), state.percent)
    return Again(state.kind, "", job.error_message or "")


def _waiting_text(recording: Recording, line: QueueEstimate, now: datetime) -> str:
    if not _has_worker(recording, now):
        return "No worker is running. The work starts as soon as one is"
    state = rows.state(recording, line)
    text = state.text[:1].upper() + state.text[1:]
    return f"Next in line{', ' if text else ''}{state.text}" if state.head == "Next" else text


def announcement(recording: Recording) -> str:
    """What is read out when it changes: the stage, never the per cent."""
    status = recording.job.status
    if status == Status.QUEUED:
        return "Waiting"
    return AT_WORK[stage_of(recording)] if status == Status.RUNNING else str(status).capitalize()


def _stages(recording: Recording) -> tuple[Stage, ...]:
    job, length = recording.job, recording.duration_seconds
    current = STAGE_NAMES.index(stage_of(recording))
    known = speeds.speeds()
    found = []
    for place, stage in enumerate(STAGE_NAMES):
        if stage in job.skip:
            found.append(Stage(NAMES[stage], "skipped", "Left out, it failed three times"))
        elif place < current:
            found.append(Stage(NAMES[stage], "done", _done_text(stage, length)))
        elif place == current:
            found.append(_current(recording, stage, known))
        else:
            found.append(Stage(NAMES[stage], "next", _next_text(recording, known.get(stage))))
    return tuple(found)


def _done_text(stage: str, length: float | None) -> str:
    if length is None:
        return _DONE.get(stage, "Done")
    return {"prepare": f"Sound read, {formats.clock(length)} long", "transcribe": f"{formats.clock(length)} heard"}.get(
        stage, _DONE.get(stage, "Done")
    )


def _current(recording: Recording, stage: str, known: dict[str, float]) -> Stage:
    job = recording.job
    percent = int(job.progress * 100)
    if job.status == Status.RUNNING:
        return Stage(NAMES[stage], "now", _now_text(recording, stage), percent)
    if job.status == Status.QUEUED:
        return Stage(NAMES[stage], "next", _next_text(recording, known.get(stage)))
    stopped = "failed" if job.status == Status.FAILED else "cancelled"
    return Stage(NAMES[stage], stopped, _stopped_text(recording, stage), percent if percent else None)


def _now_text(recording: Recording, stage: str) -> str:
    length = recording.duration_seconds
    if stage == "transcribe" and length:
        return f"{formats.clock(recording.job.progress * length)} of {formats.clock(length)} heard"
    return {"prepare": "Reading the sound", "diarize": "Comparing voices", "summarize": "Looking for what matters"}.get(
        stage, "At work"
    )


def _stopped_text(recording: Recording, stage: str) -> str:
    length = recording.duration_seconds
    if stage == "transcribe" and length and recording.job.progress:
        heard = formats.clock(recording.job.progress * length)
        return f"Stopped at {heard} of {formats.clock(length)}. What was heard is kept"
    return "Stopped here"


def _next_text(recording: Recording, ratio: float | None) -> str:
    if recording.job.status not in (Status.QUEUED, Status.RUNNING):
        return "Not started"
    length = recording.duration_seconds
    return f"About {formats.span(ratio * length)}" if ratio and length else ""
