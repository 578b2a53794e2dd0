"""One run: recordings are uploaded while faults follow a schedule; dead processes restart as under a supervisor."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from chaos.fork_server import ForkServer
from chaos.invariants import RunOutcome, check_invariants
from chaos.schedule import Fault, Schedule
from chaos.testbed import FINAL_STATUSES, Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import send_signal, wait_until
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import recovery, transitions
from core.jobs.queues import QUEUES
from core.retention import deletion

WORKERS = ("w1", "w2")
#: How long all jobs may take to end after the last fault.
SETTLE_SECONDS = 300.0
#: A frozen child stays frozen longer than its lease.
EXTRA_FREEZE_SECONDS = 4.0
#: How long resumed processes get to finish their late writes before the check.
LATE_WRITE_SECONDS = 2.0


class FaultRun:
    """Executes one schedule on a testbed with two workers."""

    def __init__(self, folder: Path, schedule: Schedule, report: Callable[[str], None]) -> None:
        self.schedule, self._report = schedule, report
        self._fork_server = ForkServer()
        self.testbed = Testbed(folder, self._fork_server, WHISPER_BATCH_SIZE=2)
        self.owners = [self.testbed.owner, self.testbed.make_user("second"), self.testbed.make_user("third")]
        self.accepted: list[str] = []
        self.deleted: list[str] = []
        self.retried = 0
        self.faults: Counter[str] = Counter()
        self._timers: list[threading.Timer] = []
        self._scheduled: list[tuple[float, Callable[[], object]]] = []
        self._supervised = ("beat", *WORKERS)

    def execute(self) -> RunOutcome:
        """Inject every fault, let all jobs end and check the invariants."""
        try:
            for name in WORKERS:
                self.testbed.add_worker(name)
            self.testbed.start("redis", "beat", *WORKERS)
            for number, fault in enumerate(self.schedule.faults):
                self._upload(self.schedule.uploads_due(number))
                self._supervise_for(fault.pause)
                self._inject(number, fault)
            self._upload(len(self.schedule.samples))
            self._settle()
            return check_invariants(self.testbed, self.accepted, self.deleted, clean_up=True)
        finally:
            self.testbed.close()
            self._fork_server.close()

    def _upload(self, count: int) -> None:
        """Upload samples until `count` were accepted."""
        for sample in self.schedule.samples[len(self.accepted) : count]:
            owner = self.owners[len(self.accepted) % len(self.owners)]
            self.accepted.append(self.testbed.upload(unique_sample(sample), owner))
            if self.testbed.redis_answers():
                self.testbed.notify("cpu")

    def _supervise_for(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._supervise()
            threading.Event().wait(0.1)

    def _supervise(self) -> None:
        """Run the scheduled actions that are due and start processes that are dead."""
        now = time.monotonic()
        for due, action in [pair for pair in self._scheduled if pair[0] <= now]:
            self._scheduled.remove((due, action))
            action()
        for name in self._supervised:
            if not self.testbed[name].is_alive:
                self.testbed[name].start()

    def _inject(self, number: int, fault: Fault) -> None:
        self.faults[fault.kind] += 1
        target = getattr(self, "_" + fault.kind.lower().replace(" ", "_"))(fault)
        self._report(f"{number + 1:4d}  {fault.kind}{f' ({target})' if target else ''}")

    def _settle(self) -> None:
        """Wait until every job has ended; retry those that failed with `worker_lost`, as their owner would."""
        for _, action in self._scheduled:
            action()
        self._scheduled.clear()

        def have_all_ended() -> bool:
            self._supervise()
            return all(self.testbed.job(recording_id).status in FINAL_STATUSES for recording_id in self._remaining())

        for _ in range(2):
            wait_until(have_all_ended, SETTLE_SECONDS, "all jobs end", self.testbed.log_tails)
            for recording_id in self._remaining():
                job = self.testbed.job(recording_id)
                if job.status == Status.FAILED and job.error_code == "worker_lost":
                    self.retried += transitions.retry(recording_id, utc_now())
        wait_until(lambda: not recovery.running_workers(), 60, "the last worker releases its job")
        self._wait_idle()

    def _wait_idle(self) -> None:
        """Wait until no process is frozen and no notification is waiting."""
        for timer in self._timers:
            timer.join()
        wait_until(
            lambda: self.testbed.redis_answers() and not any(self.testbed.redis.llen(queue) for queue in QUEUES), 60
        )
        self._supervise_for(LATE_WRITE_SECONDS)

    def _remaining(self) -> list[str]:
        return [recording_id for recording_id in self.accepted if recording_id not in self.deleted]

    def _choose_worker(self, fault: Fault) -> str:
        return WORKERS[int(fault.choice * len(WORKERS))]

    def _choose_unfinished(self, fault: Fault) -> str | None:
        waiting_or_running = (Status.QUEUED, Status.RUNNING)
        unfinished = [one for one in self._remaining() if self.testbed.job(one).status in waiting_or_running]
        return unfinished[int(fault.choice * len(unfinished))] if unfinished else None

    def _resume_after(self, seconds: float, resume: Callable[[], object]) -> None:
        """Resume from a thread: a process frozen during a write to SQLite blocks every other writer, this one too."""
        self._timers.append(threading.Timer(seconds, resume))
        self._timers[-1].start()

    # One method for each kind of fault; it returns what was hit, for the report.

    def _kill_child(self, fault: Fault) -> str:
        name = self._choose_worker(fault)
        for child in self.testbed[name].children:
            send_signal(child)
        return name

    def _kill_parent(self, fault: Fault) -> str:
        name = self._choose_worker(fault)
        self.testbed[name].signal(signal.SIGKILL)
        return name

    def _kill_worker(self, fault: Fault) -> str:
        name = self._choose_worker(fault)
        self.testbed[name].kill()
        return name

    def _terminate_worker(self, fault: Fault) -> str:
        name = self._choose_worker(fault)
        self.testbed[name].signal(signal.SIGTERM)
        return name

    def _freeze_child(self, fault: Fault) -> str:
        name, seconds = self._choose_worker(fault), fault.duration + EXTRA_FREEZE_SECONDS
        for child in self.testbed[name].children:
            send_signal(child, signal.SIGSTOP)
            self._resume_after(seconds, partial(send_signal, child, signal.SIGCONT))
        return f"{name}, {seconds:.0f} s"

    def _kill_beat(self, _fault: Fault) -> None:
        self.testbed["beat"].kill()

    def _restart_redis(self, _fault: Fault) -> None:
        self.testbed["redis"].kill()
        self.testbed.start("redis")

    def _empty_redis(self, _fault: Fault) -> None:
        if self.testbed.redis_answers():
            self.testbed.redis.flushall()

    def _freeze_redis(self, fault: Fault) -> str:
        redis = self.testbed["redis"]
        redis.signal(signal.SIGSTOP)
        self._resume_after(fault.duration, partial(redis.signal, signal.SIGCONT))
        return f"{fault.duration:.0f} s"

    def _lose_messages(self, _fault: Fault) -> None:
        if self.testbed.redis_answers():
            self.testbed.redis.delete(*QUEUES)

    def _double_messages(self, _fault: Fault) -> None:
        if self.testbed.redis_answers():
            self.testbed.notify(times=20)

    def _cancel_and_retry(self, fault: Fault) -> str:
        recording_id = self._choose_unfinished(fault)
        if recording_id is None or not transitions.cancel(recording_id, utc_now()):
            return "nothing to cancel"
        due = time.monotonic() + fault.duration / 3
        self._scheduled.append((due, partial(transitions.retry, recording_id, utc_now())))
        return recording_id[:8]

    def _delete(self, fault: Fault) -> str:
        recording_id = self._choose_unfinished(fault)
        if recording_id is None:
            return "nothing to delete"
        deletion.remove_recording(recording_id)
        self.deleted.append(recording_id)
        return recording_id[:8]


def make_table(run: FaultRun, outcome: RunOutcome) -> str:
    """The results of a run as a Markdown table."""
    rows = [("faults", str(sum(run.faults.values())))]
    rows += [(f"- {kind}", str(count)) for kind, count in sorted(run.faults.items())]
    rows += [("recordings uploaded", str(len(run.accepted)))]
    rows += [(f"- {status}", str(outcome.statuses[status])) for status in ("done", "cancelled", "failed", "deleted")]
    rows += [
        ("retried after worker_lost", str(run.retried)),
        ("lost", str(outcome.lost)),
        ("files left over", str(outcome.orphans)),
        ("audio decoded", f"{outcome.decoded_seconds:.0f} s"),
        ("of it decoded twice", f"{outcome.decoded_twice_seconds:.0f} s"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"| {name:<{width}} | {value:>7} |" for name, value in itertools.chain([("", "")], rows)]
    lines.insert(1, f"|{'-' * (width + 2)}|{'-' * 8}:|")
    return "\n".join(lines)
