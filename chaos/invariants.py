"""What must hold after any faults: nothing lost, nothing computed twice, nothing left over."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chaos.testbed import FINAL_STATUSES, Testbed
from core.clock import utc_now
from core.database.tables import Recording, Status
from core.recordings import queries, recaps
from core.retention import consistency, deletion
from core.storage.store import file_store
from pipeline.engines.faster_whisper.engine import MOST_WORKERS

WindowSet = set[tuple[float, float]]
#: Results without a failpoint for their computation: they are computed while they are written.
COMPUTED_WHILE_WRITTEN = ("audio.f16:begin", "pdf.pdf:begin")
#: Files that may be linked before their stage is finished, or again with the same content.
NOT_A_FINISHED_STAGE = ("transcribe.part", "audio.f16", "audio.channels", "audio.m4a", "recap.json")


@dataclass
class RunOutcome:
    """How the recordings of a run ended, and every violated invariant in words (empty if nothing was lost)."""

    statuses: Counter[str] = field(default_factory=Counter)
    decoded_seconds: float = 0.0
    decoded_twice_seconds: float = 0.0
    orphans: int = 0
    lost: int = 0
    violations: list[str] = field(default_factory=list)


def check_invariants(
    testbed: Testbed,
    accepted: Iterable[str],
    deleted: Iterable[str] = (),
    *,
    kills: int | None = None,
    clean_up: bool = False,
) -> RunOutcome:
    """Check all accepted recordings; those in `deleted` must have left no trace.

    `kills` is how often work was interrupted: at most that many batches of windows may have been decoded twice. With
    `clean_up`, beat's hourly clean-up runs first: a worker killed on a recording just deleted cannot remove its files.
    """
    if clean_up:
        deletion.sweep_files(utc_now(), -1)
    outcome, gone = RunOutcome(), set(deleted)
    for recording_id in accepted:
        recording = queries.get(recording_id)
        if recording_id in gone:
            outcome.statuses["deleted"] += 1
            if recording is not None:
                outcome.violations.append(f"{recording_id} was deleted but still exists")
        elif recording is None:
            outcome.lost += 1
            outcome.violations.append(f"{recording_id} was accepted but is gone")
        else:
            _check_recording(recording, outcome)
    events = testbed.failpoints.events()
    _check_stages(events, outcome)
    _check_batches(events, outcome, kills)
    _check_files(outcome)
    return outcome


def _check_recording(recording: Recording, outcome: RunOutcome) -> None:
    job = recording.job
    outcome.statuses[job.status] += 1
    if job.status not in FINAL_STATUSES:
        outcome.lost += 1
        outcome.violations.append(f"{recording.id} is still {job.status} in {job.step}, {job.stage}")
    if job.worker_id or job.lease_until:
        outcome.violations.append(f"{recording.id} is {job.status} and held by {job.worker_id}")
    if job.status == Status.DONE:
        problem = _find_problem(recording)
        if problem:
            outcome.lost += 1
            outcome.violations.append(f"{recording.id} is done, but {problem}")


def _find_problem(recording: Recording) -> str | None:
    recap = recaps.load_recap(recording.id)
    if recap is None:
        return "has no recap"
    coverage = recap.coverage
    if coverage.failed_windows or coverage.transcribed_seconds != coverage.speech_seconds:
        return f"was not transcribed completely: {coverage}"
    pdf = recaps.result_path(recording.id, "pdf", ".pdf")
    if recording.until is None and (pdf is None or not pdf.read_bytes().rstrip().endswith(b"%%EOF")):
        return "has no complete PDF"
    return None


def _check_stages(events: list[dict[str, Any]], outcome: RunOutcome) -> None:
    """No result is computed once it exists.

    A decoded recording exists with its description (`.json`), which is published after the samples (`.f16`). The recap
    is not computed: it is assembled from results and named by the hash of its content.
    """
    finished: set[str] = set()
    for event in events:
        failpoint = event["failpoint"]
        subject, _, moment = failpoint.rpartition(":")
        is_computing = moment == "compute" or failpoint in COMPUTED_WHILE_WRITTEN
        if is_computing and event["key"].split(".")[0] in finished:
            outcome.violations.append(f"{failpoint} was computed again for {event['recording']}")
        if moment == "linked" and subject not in NOT_A_FINISHED_STAGE:
            finished.add(event["key"].split(".")[0])


def _check_batches(events: list[dict[str, Any]], outcome: RunOutcome, kills: int | None) -> None:
    """No window is decoded once its batch is saved: only work that was interrupted is repeated."""
    decoded: defaultdict[str, WindowSet] = defaultdict(set)
    saved: defaultdict[str, WindowSet] = defaultdict(set)
    longest = 0.0
    for event in events:
        recording = event["recording"]
        if event["failpoint"] == "decode_batch":
            batch = {(start, end) for start, end in event["windows"]}
            if batch & saved[recording]:
                outcome.violations.append(f"{batch & saved[recording]} of {recording} was saved and decoded again")
            outcome.decoded_seconds += _total_seconds(batch)
            outcome.decoded_twice_seconds += _total_seconds(batch & decoded[recording])
            longest = max(longest, _total_seconds(batch))
            decoded[recording] |= batch
        elif event["failpoint"] == "transcribe.part:linked":
            saved[recording] |= {(start, end) for start, end in event["windows"]}
    at_once = min(MOST_WORKERS, len(os.sched_getaffinity(0)))
    if kills is not None and outcome.decoded_twice_seconds > kills * at_once * longest + 0.1:
        outcome.violations.append(f"{outcome.decoded_twice_seconds:.0f} s were decoded twice after {kills} kills")


def _total_seconds(windows: WindowSet) -> float:
    return sum(end - start for start, end in windows)


def _check_files(outcome: RunOutcome) -> None:
    mismatches = consistency.verify(utc_now(), 0)
    outcome.orphans = mismatches.total
    if mismatches.total:
        outcome.violations.append(f"files and rows do not match: {mismatches}")
    files = file_store()
    files.sweep_leftovers(utc_now().timestamp() + 1, lambda _: True, lambda _: True)  # what beat removes after an hour
    hidden = [path.name for path in files.root.glob("stages/**/.*")]
    batches = [path.name for path in files.root.glob("stages/*/*.parts")]
    if hidden or batches:
        outcome.violations.append(f"left over: {hidden + batches}")
