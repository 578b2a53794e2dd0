"""A storm: recordings arrive while faults come by a schedule; whatever died is started again, as a supervisor does."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from chaos.checks import Outcome, check
from chaos.nursery import Nursery
from chaos.rig import FINAL, Rig, fresh, kill, until
from chaos.schedule import Fault, Schedule
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import recovery, transitions
from core.queue.celery_app import QUEUES
from core.retention import deletion

WORKERS = ("w1", "w2")
#: How long all jobs may take to end once the faults are over.
CALM_SECONDS = 300.0


class Storm:
    """One run of a schedule."""

    def __init__(self, folder: Path, schedule: Schedule, say: Callable[[str], None]) -> None:
        self.schedule, self.say = schedule, say
        self.nursery = Nursery()
        self.rig = Rig(folder, self.nursery, WHISPER_BATCH_SIZE=2)
        self.owners = [self.rig.owner, self.rig.make_user("second"), self.rig.make_user("third")]
        self.accepted: list[str] = []
        self.deleted: list[str] = []
        self.retried = 0
        self.faults: Counter[str] = Counter()
        self._undo: list[tuple[float, Callable[[], object]]] = []
        self._supervised = ("beat", *WORKERS)

    def run(self) -> Outcome:
        """Let the storm pass and look at what is left."""
        try:
            for name in WORKERS:
                self.rig.add_worker(name)
            self.rig.start("redis", "beat", *WORKERS)
            for number, fault in enumerate(self.schedule.faults):
                self._upload(self.schedule.due(number))
                self._rest(fault.pause)
                self._strike(number, fault)
            self._upload(len(self.schedule.samples))
            self._calm_down()
            return check(self.rig, self.accepted, self.deleted, tidy=True)
        finally:
            self.rig.close()
            self.nursery.close()

    def _upload(self, count: int) -> None:
        for sample in self.schedule.samples[len(self.accepted) : count]:
            owner = self.owners[len(self.accepted) % len(self.owners)]
            self.accepted.append(self.rig.upload(fresh(sample), owner))
            if self.rig.redis_answers():
                self.rig.nudge("cpu")

    def _rest(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._tend()
            threading.Event().wait(0.1)

    def _tend(self) -> None:
        """End the faults whose time is over, start what is dead."""
        now = time.monotonic()
        for due, undo in [pair for pair in self._undo if pair[0] <= now]:
            self._undo.remove((due, undo))
            undo()
        for name in self._supervised:
            if not self.rig[name].lives:
                self.rig[name].start()

    def _strike(self, number: int, fault: Fault) -> None:
        self.faults[fault.kind] += 1
        target = getattr(self, "_" + fault.kind.lower().replace(" ", "_"))(fault)
        self.say(f"{number + 1:4d}  {fault.kind}{f' ({target})' if target else ''}")

    def _calm_down(self) -> None:
        """No more faults: every job must end; what failed for its lost workers is tried again, as its owner would."""
        for _, undo in self._undo:
            undo()
        self._undo.clear()

        def ended() -> bool:
            self._tend()
            open_jobs = [one for one in self._living() if self.rig.job(one).status not in FINAL]
            return not open_jobs

        for _ in range(2):
            until(ended, CALM_SECONDS, "all jobs end", self.rig.tell)
            for recording_id in self._living():
                job = self.rig.job(recording_id)
                if job.status == Status.FAILED and job.error_code == "worker_lost":
                    self.retried += transitions.retry(recording_id, utc_now())
        until(lambda: not recovery.running_workers(), 60, "the last worker lets go")
        self._wait_idle()

    def _wait_idle(self) -> None:
        """Wait until no worker has a nudge left to follow and none is frozen."""
        until(lambda: self.rig.redis_answers() and not any(self.rig.redis.llen(queue) for queue in QUEUES), 60)
        self._rest(2.0)

    def _living(self) -> list[str]:
        return [one for one in self.accepted if one not in self.deleted]

    def _worker(self, fault: Fault) -> str:
        return WORKERS[int(fault.pick * len(WORKERS))]

    # the faults; each says what it hit

    def _kill_child(self, fault: Fault) -> str:
        for child in self.rig[self._worker(fault)].children:
            kill(child)
        return self._worker(fault)

    def _kill_parent(self, fault: Fault) -> str:
        self.rig[self._worker(fault)].signal(signal.SIGKILL)
        return self._worker(fault)

    def _kill_worker(self, fault: Fault) -> str:
        self.rig[self._worker(fault)].kill()
        return self._worker(fault)

    def _terminate_worker(self, fault: Fault) -> str:
        self.rig[self._worker(fault)].signal(signal.SIGTERM)
        return self._worker(fault)

    def _freeze_child(self, fault: Fault) -> str:
        for child in self.rig[self._worker(fault)].children:
            kill(child, signal.SIGSTOP)
            self._thaw(fault.lasts + 4, partial(kill, child, signal.SIGCONT))
        return f"{self._worker(fault)}, {fault.lasts + 4:.0f} s"

    def _kill_beat(self, _fault: Fault) -> None:
        self.rig["beat"].kill()

    def _restart_redis(self, _fault: Fault) -> None:
        self.rig["redis"].kill()
        self.rig.start("redis")

    def _empty_redis(self, _fault: Fault) -> None:
        if self.rig.redis_answers():
            self.rig.redis.flushall()

    def _freeze_redis(self, fault: Fault) -> str:
        self.rig["redis"].signal(signal.SIGSTOP)
        self._thaw(fault.lasts, partial(self.rig["redis"].signal, signal.SIGCONT))
        return f"{fault.lasts:.0f} s"

    def _lose_messages(self, _fault: Fault) -> None:
        if self.rig.redis_answers():
            self.rig.redis.delete(*QUEUES)

    def _double_messages(self, _fault: Fault) -> None:
        if self.rig.redis_answers():
            self.rig.nudge(times=20)

    def _cancel_and_retry(self, fault: Fault) -> str | None:
        recording_id = self._pick_open(fault)
        if recording_id is None or not transitions.cancel(recording_id, utc_now()):
            return "nothing to cancel"
        self._later(fault.lasts / 3, partial(transitions.retry, recording_id, utc_now()))
        return recording_id[:8]

    def _delete(self, fault: Fault) -> str:
        recording_id = self._pick_open(fault)
        if recording_id is None:
            return "nothing to delete"
        deletion.remove_recording(recording_id)
        self.deleted.append(recording_id)
        return recording_id[:8]

    def _pick_open(self, fault: Fault) -> str | None:
        unfinished = [one for one in self._living() if self.rig.job(one).status in (Status.QUEUED, Status.RUNNING)]
        return unfinished[int(fault.pick * len(unfinished))] if unfinished else None

    @staticmethod
    def _thaw(seconds: float, undo: Callable[[], Any]) -> None:
        """From a thread: a process frozen in the middle of a write to SQLite holds up everybody, this one too."""
        threading.Timer(seconds, undo).start()

    def _later(self, seconds: float, undo: Callable[[], Any]) -> None:
        self._undo.append((time.monotonic() + seconds, undo))


def tabulate(storm: Storm, outcome: Outcome) -> str:
    """The table of a storm, in Markdown."""
    rows = [("faults", sum(storm.faults.values()))]
    rows += [(f"- {kind}", count) for kind, count in sorted(storm.faults.items())]
    rows += [("recordings uploaded", len(storm.accepted))]
    rows += [(f"- {end}", outcome.ends[end]) for end in ("done", "cancelled", "failed", "deleted")]
    rows += [("failed for lost workers and tried again", storm.retried)]
    rows += [("lost", outcome.lost), ("files left over", outcome.orphans)]
    seconds = [("audio heard", outcome.heard_seconds), ("of it heard twice", outcome.heard_again_seconds)]
    cells = [(name, str(value)) for name, value in rows] + [(name, f"{value:.0f} s") for name, value in seconds]
    width = max(len(name) for name, _ in cells)
    lines = [f"| {name:<{width}} | {value:>7} |" for name, value in itertools.chain([("", "")], cells)]
    lines.insert(1, f"|{'-' * (width + 2)}|{'-' * 8}:|")
    return "\n".join(lines)
