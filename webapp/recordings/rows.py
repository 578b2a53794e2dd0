"""A recording as one row of the library: what is known of it and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from core.database.tables import Recording, Status
from core.jobs.estimates import QueueEstimate
from pipeline.catalogue import Step, first_stage
from pipeline.recap import NOT_SUMMARIZED
from webapp import formats
from webapp.recordings import tiles
from webapp.recordings.tiles import Tile

#: What a stage is called while it is at work.
AT_WORK = {
    "prepare": "Preparing",
    "transcribe": "Transcribing",
    "diarize": "Finding speakers",
    "summarize": "Writing the recap",
    "render": "Making the PDF",
}
#: Warnings that ask for a look; the others are said on the recording's page.
WORTH_A_LOOK = ("diarization_missing", "no_speech", "truncated")
#: The first stage of each step, for a job that waits between two.
FIRST_STAGE = {step: first_stage(step).name for step in Step}
NAMES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class State:
    """How far a recording is, in words. `kind` gives sign and colour; `percent` draws a bar."""

    kind: str
    head: str = ""
    text: str = ""
    below: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `speakers` are known once the recap is there, `about` says what is known instead."""

    recording: Recording
    when: str
    state: State
    speakers: tuple[Tile, ...]
    about: str
    length: str
    is_live: bool
    can_retry: bool
    has_pdf: bool


def make(recording: Recording, line: QueueEstimate) -> Row:
    """The row of a recording."""
    job, facts = recording.job, recording.facts
    names = facts.get("speakers", ())
    length = recording.duration_seconds
    return Row(
        recording=recording,
        when=_when(recording, line.at),
        state=state(recording, line),
        speakers=tuple(tiles.make(names)) if len(names) <= NAMES_SHOWN else (),
        about=_about(recording),
        length=formats.clock(length) if length is not None else "–" if job.status == Status.FAILED else "",
        is_live=job.status in (Status.QUEUED, Status.RUNNING),
        can_retry=job.status == Status.CANCELLED or (job.status == Status.FAILED and job.error_retryable),
        has_pdf=recording.version is not None and recording.until is None,
    )


def by_day(recordings: list[Row], now: datetime) -> list[tuple[str, list[Row]]]:
    """Rows under the headings of their days, newest first."""
    groups = groupby(recordings, key=lambda row: formats.group_of(row.recording.created_at, now))
    return [(heading, list(rows)) for heading, rows in groups]


def _when(recording: Recording, now: datetime) -> str:
    recent = formats.group_of(recording.created_at, now) in ("Today", "Yesterday")
    return formats.hour(recording.created_at) if recent else formats.short_date(recording.created_at)


def _about(recording: Recording) -> str:
    names, wished = recording.facts.get("speakers", ()), recording.num_speakers
    parts = []
    if len(names) > NAMES_SHOWN:
        parts.append(formats.count(len(names), "speaker"))
    elif wished and not names:
        parts.append(f"{formats.count(wished, 'speaker')} expected")
    language = formats.language(recording.detected_language or recording.language)
    if language and (parts or not names):
        parts.append(language)
    return ", ".join(parts) or recording.filename


def stage_of(recording: Recording) -> str:
    """The stage a job is at, or comes to next."""
    job = recording.job
    first = FIRST_STAGE[Step(job.step)]
    if job.status == Status.QUEUED or job.stage is None:
        return first
    return str(job.stage)


def state(recording: Recording, line: QueueEstimate) -> State:
    """How far a recording is, in words."""
    job = recording.job
    if job.status == Status.QUEUED and job.step != Step.RENDER:
        return _waiting(recording, line)
    if job.status in (Status.QUEUED, Status.RUNNING):
        left = line.seconds_left(recording)
        text = f"about {formats.span(left)} left" if left is not None else ""
        progress = job.progress if job.status == Status.RUNNING else 0.0
        return State("running", AT_WORK[stage_of(recording)], text, percent=int(progress * 100))
    if job.status == Status.FAILED:
        head, _, rest = (job.error_message or "Failed").partition(". ")
        return State("failed", head.rstrip("."), below=rest or job.error_hint or "")
    if job.status == Status.CANCELLED:
        return State("cancelled", text=f"Cancelled by you{_where(recording)}")
    return _done(recording)


def _where(recording: Recording) -> str:
    job = recording.job
    return f" while {AT_WORK[job.stage].lower()}".replace(" pdf", " PDF") if job.stage in AT_WORK else ""


def _waiting(recording: Recording, line: QueueEstimate) -> State:
    place, starts = line.place(recording.job), line.starts_in.get(recording.job.id)
    when = f"starts in about {formats.span(starts)}" if starts else ""
    if place is None or place == 1:
        return State("waiting", "Next", when)
    text = f"{formats.ordinal(place)} in line"
    return State("waiting", "Waiting", f"{text}, {when}" if when else text)


def _done(recording: Recording) -> State:
    for warning in recording.warnings:
        if warning["code"] in WORTH_A_LOOK:
            return State("warning", text=warning["message"].split(". ")[0].rstrip("."), below=_facts(recording))
    length = recording.duration_seconds or 0
    missing, left_out = _missing_seconds(recording)
    if missing >= 1 or left_out >= 1:
        covered = formats.clock(length - (missing if missing >= 1 else left_out))
        text = f"{'Covers' if missing >= 1 else 'Summary covers'} {covered} of {formats.clock(length)}"
        return State("warning", text=text, below=_facts(recording))
    return State("done", text=_facts(recording))


def _missing_seconds(recording: Recording) -> tuple[float, float]:
    """Seconds that are not in the transcript, and seconds that are in it but not in the summary."""
    windows = (recording.facts.get("coverage") or {}).get("failed_windows", ())
    left_out = [each for each in windows if each["code"] == NOT_SUMMARIZED]
    missing = [each for each in windows if each["code"] != NOT_SUMMARIZED]
    return _length(missing), _length(left_out)


def _length(windows: list[dict[str, Any]]) -> float:
    return sum(float(each["end"]) - float(each["start"]) for each in windows)


def _facts(recording: Recording) -> str:
    facts = recording.facts
    named = (("decisions", "decision"), ("action_items", "action item"), ("questions", "question"))
    counts = [formats.count(facts[key], one) for key, one in named if facts.get(key)]
    if counts:
        return ", ".join(counts)
    return "Transcript" if recording.until else "No decisions or action items found"
