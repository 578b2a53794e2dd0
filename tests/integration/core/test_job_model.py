"""The states of jobs against a simple model: any order of events, by several workers, with clocks that jump."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete
from support.factories import NOW, make_recording, make_user

from core.database.sessions import write
from core.database.tables import Job, Status, User
from core.jobs import claims, recovery, transitions
from core.jobs.claims import Claim
from core.jobs.queues import queue_of
from core.jobs.recovery import INTERRUPTIONS, OPTIONAL_STAGES, STRIKES, Loss
from core.recordings import queries
from core.retention import deletion
from pipeline.catalogue import Step
from pipeline.errors import InternalError

LEASE = 60.0
WORKERS = ("here:1:10", "here:1:11", "there:1:10")
ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED)
NEXT = dict(pairwise(Step))


@dataclass
class Expected:
    """What a job should be like."""

    status: str = Status.QUEUED
    step: str = Step.PREPARE
    stage: str | None = None
    attempt: int = 0
    strikes: int = 0
    interruptions: int = 0
    skip: list[str] = field(default_factory=list)
    worker: str | None = None
    lease_until: float | None = None

    def let_go(self, status: str) -> None:
        self.status, self.worker, self.lease_until = status, None, None

    def strike(self) -> None:
        """The process died, but not its worker."""
        self.strikes += 1
        self.let_go(Status.QUEUED)
        if self.strikes == STRIKES:
            self.give_up()

    def interrupt(self) -> None:
        """The worker was lost."""
        self.interruptions += 1
        self.let_go(Status.QUEUED)
        if self.interruptions == INTERRUPTIONS:
            self.give_up()

    def give_up(self) -> None:
        self.get_on()
        if self.stage in OPTIONAL_STAGES:
            self.skip = [*self.skip, str(self.stage)]
        else:
            self.let_go(Status.FAILED)

    def get_on(self) -> None:
        self.strikes = self.interruptions = 0


class Jobs(RuleBasedStateMachine):
    """Every write of a worker takes exactly when the model says that the job is its own."""

    owner: User

    def __init__(self) -> None:
        super().__init__()
        self.clock = 0.0
        self.expected: dict[str, Expected] = {}
        self.claims: list[Claim] = []

    @initialize()
    def begin(self) -> None:
        with write() as session:
            session.execute(delete(Job))

    @property
    def now(self):  # type: ignore[no-untyped-def]
        return NOW + timedelta(seconds=self.clock)

    def _owns(self, claim: Claim) -> bool:
        job = self.expected.get(claim.recording_id)
        return job is not None and job.status == Status.RUNNING and job.attempt == claim.attempt

    claims_made = st.integers(0, 10**6)

    def _pick(self, number: int) -> Claim:
        return self.claims[number % len(self.claims)]

    def _pick_recording(self, number: int) -> str:
        return sorted(self.expected)[number % len(self.expected)]

    # what people do

    @rule()
    def enqueue(self) -> None:
        self.expected[make_recording(self.owner, self.now).id] = Expected()

    @precondition(lambda self: self.expected)
    @rule(number=claims_made)
    def cancel(self, number: int) -> None:
        job = self.expected[recording_id := self._pick_recording(number)]
        assert transitions.cancel(recording_id, self.now) == (job.status not in ENDED)
        if job.status not in ENDED:
            job.let_go(Status.CANCELLED)

    @precondition(lambda self: self.expected)
    @rule(number=claims_made)
    def retry(self, number: int) -> None:
        job = self.expected[recording_id := self._pick_recording(number)]
        assert transitions.retry(recording_id, self.now) == (job.status in ENDED)
        if job.status in ENDED:
            job.get_on()
            job.status, job.skip = Status.QUEUED, []

    @precondition(lambda self: self.expected)
    @rule(number=claims_made)
    def delete(self, number: int) -> None:
        deletion.remove_recording(recording_id := self._pick_recording(number))
        del self.expected[recording_id]

    # what workers do

    @rule(queue=st.sampled_from(["cpu", "gpu"]), worker=st.sampled_from(WORKERS))
    def claim(self, queue: str, worker: str) -> None:
        waiting = {
            id for id, job in self.expected.items() if job.status == Status.QUEUED and queue_of(Step(job.step)) == queue
        }
        held = claims.claim(queue, worker, self.now, LEASE)
        assert (held is None) == (not waiting)
        if held is not None:
            assert held.recording_id in waiting
            job = self.expected[held.recording_id]
            job.status, job.worker, job.lease_until = Status.RUNNING, worker, self.clock + LEASE
            job.attempt += 1
            assert (held.attempt, held.strikes, list(held.skip)) == (job.attempt, job.strikes, job.skip)
            self.claims.append(held)

    @precondition(lambda self: self.claims)
    @rule(number=claims_made)
    def renew(self, number: int) -> None:
        held = self._pick(number)
        assert claims.renew(held, self.now, LEASE) == self._owns(held)
        if self._owns(held):
            self.expected[held.recording_id].lease_until = self.clock + LEASE

    @precondition(lambda self: self.claims)
    @rule(number=claims_made, stage=st.sampled_from(["transcribe", "diarize", "summarize"]))
    def enter(self, number: int, stage: str) -> None:
        held = self._pick(number)
        assert transitions.enter_stage(held, stage, self.now) == self._owns(held)
        if self._owns(held):
            self.expected[held.recording_id].stage = stage

    @precondition(lambda self: self.claims)
    @rule(number=claims_made)
    def save_work(self, number: int) -> None:
        held = self._pick(number)
        transitions.note_saved_work(held)
        if self._owns(held):
            self.expected[held.recording_id].get_on()

    @precondition(lambda self: self.claims)
    @rule(number=claims_made)
    def use_result(self, number: int) -> None:
        held = self._pick(number)
        assert transitions.note_result(held, "transcribe", "ab" * 32) == self._owns(held)

    @precondition(lambda self: self.claims)
    @rule(number=claims_made)
    def end_step(self, number: int) -> None:
        held = self._pick(number)
        following = NEXT.get(held.step)
        took = transitions.advance(held, following, self.now) if following else transitions.finish(held, self.now)
        assert took == self._owns(held)
        if took:
            job = self.expected[held.recording_id]
            job.let_go(Status.QUEUED if following else Status.DONE)
            job.get_on()
            job.step, job.stage = following or job.step, job.stage if following else None

    @precondition(lambda self: self.claims)
    @rule(number=claims_made)
    def fail(self, number: int) -> None:
        held = self._pick(number)
        owned = self._owns(held)
        assert transitions.fail(held, InternalError(), self.now) == owned
        if owned:
            self.expected[held.recording_id].let_go(Status.FAILED)
            self.expected[held.recording_id].get_on()

    @precondition(lambda self: self.claims)
    @rule(number=claims_made)
    def give_back(self, number: int) -> None:
        held = self._pick(number)
        owned = self._owns(held)
        assert claims.give_back(held, self.now) == owned
        if owned:
            self.expected[held.recording_id].let_go(Status.QUEUED)

    # what time and the system do

    @rule(seconds=st.sampled_from([1.0, 10.0, 61.0, -60.0]))
    def let_time_pass(self, seconds: float) -> None:
        """Also back by a minute: clocks are set."""
        self.clock += seconds

    @rule()
    def sweep(self) -> None:
        stale = [job for job in self.expected.values() if job.lease_until is not None and job.lease_until < self.clock]
        assert recovery.sweep(self.now) == len(stale)
        for job in stale:
            job.interrupt()

    @rule(worker=st.sampled_from(WORKERS), loss=st.sampled_from([Loss.PROCESS_DIED, Loss.INTERRUPTED]))
    def lose(self, worker: str, loss: Loss) -> None:
        lost = [job for job in self.expected.values() if job.worker == worker]
        assert recovery.lose(worker, self.now, loss) == len(lost)
        for job in lost:
            job.strike() if loss is Loss.PROCESS_DIED else job.interrupt()

    @invariant()
    def rows_are_as_expected(self) -> None:
        for recording_id, job in self.expected.items():
            found = queries.get(recording_id)
            assert found is not None
            row = found.job
            assert (row.status, row.step, row.attempt) == (job.status, job.step, job.attempt)
            assert (row.strikes, row.interruptions) == (job.strikes, job.interruptions)
            assert (row.worker_id, row.skip) == (job.worker, job.skip)
            assert (row.worker_id is None) == (row.lease_until is None) == (row.status != Status.RUNNING)


@pytest.mark.usefixtures("sqlite")
def test_jobs_follow_the_model_whatever_happens_in_whatever_order() -> None:
    Jobs.owner = make_user("ann")
    run_state_machine_as_test(
        Jobs,
        settings=settings(
            max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.usefixtures("any_database")
@pytest.mark.parametrize(("jump", "freed"), [(-60.0, 0), (0.0, 0), (59.0, 0), (61.0, 1)])
def test_a_clock_that_jumps_takes_a_job_from_its_worker_only_after_the_lease(jump: float, freed: int) -> None:
    recording = make_recording(make_user("ann"))
    held = claims.claim("cpu", "w", NOW, LEASE)
    assert held is not None
    assert recovery.sweep(NOW + timedelta(seconds=jump)) == freed
    assert claims.is_held(held) == (not freed)
    assert claims.renew(held, NOW + timedelta(seconds=jump), LEASE) == (not freed)
    found = queries.get(recording.id)
    assert found is not None
    assert found.job.interruptions == freed
