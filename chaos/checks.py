"""What must hold after any storm: nothing lost, nothing computed twice, nothing left behind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chaos.rig import FINAL, Rig
from core.clock import utc_now
from core.database.tables import Recording, Status
from core.recordings import queries, recaps
from core.retention import consistency, deletion
from core.storage.store import file_store

Windows = set[tuple[float, float]]
#: Results whose computing has no tripwire of its own: they are computed while they are written.
UNNOTED = ("audio.f32:begin", "pdf.pdf:begin")


@dataclass
class Outcome:
    """How recordings ended. `wrong` tells, in words, everything that must not be; empty when nothing was lost."""

    ends: Counter[str] = field(default_factory=Counter)
    heard_again_seconds: float = 0.0
    heard_seconds: float = 0.0
    orphans: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)


def check(
    rig: Rig, accepted: Iterable[str], deleted: Iterable[str] = (), *, kills: int | None = None, tidy: bool = False
) -> Outcome:
    """Look at all accepted recordings; those in `deleted` must be gone without a trace.

    `kills` is how often work was cut off: at most that many batches of windows may have been decoded twice. With `tidy`
    beat's hourly cleaning comes first: a worker killed on a recording deleted just then cannot clean up after itself.
    """
    if tidy:
        deletion.sweep_files(utc_now(), -1)
    outcome, gone = Outcome(), set(deleted)
    for recording_id in accepted:
        recording = queries.get(recording_id)
        if recording_id in gone:
            outcome.ends["deleted"] += 1
            if recording is not None:
                outcome.wrong.append(f"{recording_id} was deleted and is there")
        elif recording is None:
            outcome.lost += 1
            outcome.wrong.append(f"{recording_id} was accepted and is gone")
        else:
            _check_end(recording, outcome)
    _check_work(rig.events(), outcome, kills)
    _check_files(outcome)
    return outcome


def _check_end(recording: Recording, outcome: Outcome) -> None:
    status = recording.job.status
    outcome.ends[status] += 1
    if status not in FINAL:
        outcome.lost += 1
        outcome.wrong.append(f"{recording.id} is still {status} in {recording.job.step}, {recording.job.stage}")
    if recording.job.worker_id or recording.job.lease_until:
        outcome.wrong.append(f"{recording.id} is {status} and held by {recording.job.worker_id}")
    if status == Status.DONE:
        problem = _find_problem(recording)
        if problem:
            outcome.lost += 1
            outcome.wrong.append(f"{recording.id} is done, but {problem}")


def _find_problem(recording: Recording) -> str | None:
    recap = recaps.load_recap(recording.id)
    if recap is None:
        return "has no recap"
    coverage = recap.coverage
    if coverage.failed_windows or coverage.transcribed_seconds != coverage.speech_seconds:
        return f"was not transcribed whole: {coverage}"
    pdf = recaps.result_path(recording.id, "pdf", ".pdf")
    if recording.until is None and (pdf is None or not pdf.read_bytes().rstrip().endswith(b"%%EOF")):
        return "has no whole PDF"
    return None


def _check_work(events: list[dict[str, Any]], outcome: Outcome, kills: int | None) -> None:
    """No result is begun once it is there.

    A decoded recording is there with its description (`.json`), which is published after the samples (`.f32`). The
    recap is no work of its own: it is put together from results, under the hash of its content.
    """
    linked: set[str] = set()
    for event in events:
        place, moment = event["place"], event["place"].rpartition(":")[2]
        if (moment == "compute" or place in UNNOTED) and event["key"].split(".")[0] in linked:
            outcome.wrong.append(f"{place} was computed again for {event['recording']}")
        if moment == "linked" and place.split(":")[0] not in ("transcribe.part", "audio.f32", "recap.json"):
            linked.add(event["key"].split(".")[0])
    _check_hearing(events, outcome, kills)


def _check_hearing(events: list[dict[str, Any]], outcome: Outcome, kills: int | None) -> None:
    """No window is decoded once its batch is saved: what is heard twice was cut off before it was."""
    at_hand: dict[int, Windows] = {}
    heard: defaultdict[str, Windows] = defaultdict(set)
    saved: defaultdict[str, Windows] = defaultdict(set)
    longest = 0.0
    for event in events:
        recording, pid = event["recording"], event["pid"]
        if event["place"] == "hear":
            batch = {(start, end) for start, end in event["windows"]}
            if batch & saved[recording]:
                outcome.wrong.append(f"{batch & saved[recording]} of {recording} was heard again, though it was saved")
            outcome.heard_seconds += _seconds(batch)
            outcome.heard_again_seconds += _seconds(batch & heard[recording])
            longest = max(longest, _seconds(batch))
            heard[recording] |= batch
            at_hand[pid] = batch
        elif event["place"] == "transcribe.part:linked":
            saved[recording] |= at_hand.pop(pid, set())
    if kills is not None and outcome.heard_again_seconds > kills * longest + 0.1:
        outcome.wrong.append(f"{outcome.heard_again_seconds:.0f} s were heard twice in {kills} cuts")


def _seconds(windows: Windows) -> float:
    return sum(end - start for start, end in windows)


def _check_files(outcome: Outcome) -> None:
    found = consistency.verify(utc_now(), 0)
    outcome.orphans = found.total
    if found.total:
        outcome.wrong.append(f"files and rows do not match: {found}")
    files = file_store()
    files.sweep_leftovers(utc_now().timestamp() + 1, lambda _: True, lambda _: True)  # what beat removes after an hour
    hidden = [path.name for path in files.root.glob("stages/**/.*")] + [
        path.name for path in files.root.glob("stages/*/*.parts")
    ]
    if hidden:
        outcome.wrong.append(f"left behind: {hidden}")
