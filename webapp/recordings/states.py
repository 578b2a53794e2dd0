"""The state of a recording in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.database.tables import Recording, Status
from core.jobs.estimates import QueueEstimate
from pipeline.catalogue import STAGE_NAMES, Stage, Step, find_stage, first_stage
from pipeline.recap import NO_SPEECH, NOT_SUMMARIZED
from webapp import formats

#: Warnings that the library shows. The page of the recording shows all of them.
WARNINGS_IN_LIBRARY = ("diarization_missing", "no_speech", "truncated")


@dataclass(frozen=True, slots=True)
class RecordingState:
    """The state in words. `kind` selects icon and colour; `percent` draws a progress bar.

    `kind` is one of waiting, running, failed, cancelled, warning and done.
    """

    kind: str
    head: str = ""
    text: str = ""
    below: str = ""
    percent: int | None = None


def current_stage(recording: Recording) -> Stage:
    """The stage that a job runs, or runs next."""
    job = recording.job
    if job.status == Status.QUEUED or job.stage not in STAGE_NAMES:
        return first_stage(Step(job.step))
    return find_stage(job.stage)


def describe_state(recording: Recording, estimate: QueueEstimate) -> RecordingState:
    """The state of a recording in words."""
    job = recording.job
    if job.status == Status.QUEUED and job.step != Step.RENDER:
        return _describe_waiting(recording, estimate)
    if job.status in (Status.QUEUED, Status.RUNNING):
        left = estimate.seconds_left(recording)
        text = f"about {formats.span(left)} left" if left is not None else ""
        progress = job.progress if job.status == Status.RUNNING else 0.0
        return RecordingState("running", current_stage(recording).doing, text, percent=int(progress * 100))
    if job.status == Status.FAILED:
        head, _, rest = (job.error_message or "Failed").partition(". ")
        return RecordingState("failed", head.rstrip("."), below=rest or job.error_hint or "")
    if job.status == Status.CANCELLED:
        return RecordingState("cancelled", text=f"Cancelled by you{_describe_stage(job.stage)}")
    return _describe_done(recording)


def _describe_stage(stage: str | None) -> str:
    if stage not in STAGE_NAMES:
        return ""
    doing = find_stage(stage).doing
    return f" while {doing[0].lower()}{doing[1:]}"


def _describe_waiting(recording: Recording, estimate: QueueEstimate) -> RecordingState:
    place, starts_in = estimate.place(recording.job), estimate.starts_in.get(recording.job.id)
    start = f"starts in about {formats.span(starts_in)}" if starts_in else ""
    if place is None or place == 1:
        return RecordingState("waiting", "Next", start)
    text = f"{formats.ordinal(place)} in line"
    return RecordingState("waiting", "Waiting", f"{text}, {start}" if start else text)


def _describe_done(recording: Recording) -> RecordingState:
    for warning in recording.warnings:
        if warning["code"] in WARNINGS_IN_LIBRARY:
            message = warning["message"].split(". ")[0].rstrip(".")
            return RecordingState("warning", text=message, below=_count_points(recording))
    length = recording.duration_seconds or 0
    failed, left_out = _uncovered_seconds(recording)
    if failed >= 1 or left_out >= 1:
        covered = formats.clock(length - (failed if failed >= 1 else left_out))
        text = f"{'Covers' if failed >= 1 else 'Summary covers'} {covered} of {formats.clock(length)}"
        return RecordingState("warning", text=text, below=_count_points(recording))
    return RecordingState("done", text=_count_points(recording))


def _uncovered_seconds(recording: Recording) -> tuple[float, float]:
    """Seconds missing in the transcript, and seconds that only the transcript covers."""
    windows = (recording.facts.get("coverage") or {}).get("failed_windows", ())
    left_out = [window for window in windows if window["code"] == NOT_SUMMARIZED]
    failed = [window for window in windows if window["code"] not in (NO_SPEECH, NOT_SUMMARIZED)]
    return _sum_lengths(failed), _sum_lengths(left_out)


def _sum_lengths(windows: list[dict[str, Any]]) -> float:
    return sum(float(window["end"]) - float(window["start"]) for window in windows)


def _count_points(recording: Recording) -> str:
    facts = recording.facts
    nouns = (("decisions", "decision"), ("action_items", "action item"), ("questions", "question"))
    counts = [formats.count(facts[key], noun) for key, noun in nouns if facts.get(key)]
    if counts:
        return ", ".join(counts)
    return "Transcript" if recording.until else "No decisions or action items found"
