"""The queues of the four steps, and jobs that were queued when there were three."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from support.factories import NOW, make_recording, make_user

import config
from core.database import schema, sessions
from core.database.sessions import read, write
from core.database.tables import Job, Status
from core.jobs import claims, pausing, recovery, transitions
from core.jobs.claims import Claim
from core.jobs.queues import needed_queues
from pipeline.catalogue import Step

pytestmark = pytest.mark.usefixtures("any_database")
Settings = Callable[..., config.Settings]
DISTANT, HERE = "http://203.0.113.7:11434", "http://127.0.0.1:11434"


def take(queue: str) -> Claim:
    claim = claims.claim(queue, "w", NOW, 60)
    assert claim is not None
    return claim


def listened(name: str) -> Claim:
    """The claim of a new recording's step `listen`, ended: it waits for its summary."""
    make_recording(make_user(name))
    transitions.advance(take("cpu"), Step.LISTEN, NOW, recording={"duration_seconds": 60.0})
    claim = take("gpu")
    assert transitions.advance(claim, Step.SUMMARIZE, NOW)
    return claim


def queue_of_job(job_id: str) -> str:
    with read() as session:
        return session.get_one(Job, job_id).queue


def test_where_ollama_shares_the_card_summaries_wait_for_it_like_speech(settings_of: Settings) -> None:
    settings_of(OLLAMA_HOST=HERE)
    assert queue_of_job(listened("ann").job_id) == "gpu"
    assert needed_queues() == ("gpu", "cpu")
    assert take("gpu").step is Step.SUMMARIZE


def test_a_distant_ollama_has_a_queue_of_its_own_and_the_card_goes_on(settings_of: Settings) -> None:
    settings_of(OLLAMA_HOST=DISTANT)
    assert queue_of_job(listened("ann").job_id) == "llm"
    assert set(needed_queues()) == {"gpu", "cpu", "llm"}
    assert claims.claim("gpu", "w", NOW, 60) is None, "the card is left to speech"
    assert (pausing.count_waiting("gpu"), pausing.count_waiting("llm")) == (0, 1)
    assert take("llm").step is Step.SUMMARIZE


def test_a_gpu_worker_beside_ollama_takes_what_a_web_server_elsewhere_queued_for_llm(settings_of: Settings) -> None:
    settings_of(OLLAMA_HOST=DISTANT)
    job_id = listened("ann").job_id
    settings_of(OLLAMA_HOST=HERE)
    assert pausing.count_waiting("gpu") == 1
    assert take("gpu").job_id == job_id


def test_a_recording_that_was_heard_gets_its_summary_before_another_is_listened_to(settings_of: Settings) -> None:
    settings_of(OLLAMA_HOST=HERE)
    make_recording(make_user("bob"))
    transitions.advance(take("cpu"), Step.LISTEN, NOW - timedelta(minutes=5))
    make_recording(make_user("ann"))
    transitions.advance(take("cpu"), Step.LISTEN, NOW)
    first = take("gpu")
    transitions.advance(first, Step.SUMMARIZE, NOW)
    assert take("gpu").job_id == first.job_id


def test_who_had_a_recording_processed_in_the_last_hour_waits_for_those_who_had_none(settings_of: Settings) -> None:
    settings_of(OLLAMA_HOST=HERE)
    ann, bob = make_user("ann"), make_user("bob")
    make_recording(ann)
    transitions.advance(take("cpu"), Step.LISTEN, NOW)
    transitions.advance(take("gpu"), Step.RENDER, NOW)
    assert transitions.finish(take("cpu"), NOW)
    for owner, at in ((ann, NOW), (bob, NOW + timedelta(seconds=1))):
        make_recording(owner, at)
        transitions.advance(take("cpu"), Step.LISTEN, at)
    assert take("gpu").owner_id == bob.id


def test_jobs_of_three_steps_go_on_in_four_also_those_that_an_old_worker_holds() -> None:
    from alembic import command
    from alembic.config import Config

    waiting, running = (make_recording(make_user(name)) for name in ("ann", "bob"))
    alembic = Config()
    alembic.set_main_option("script_location", str(schema.MIGRATIONS))
    with sessions.engine().execution_options(write=True).begin() as connection:
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, "0006")
        old = update(Job).values(step="process", queue="gpu")
        connection.execute(old)
        held = {"status": Status.RUNNING, "worker_id": "old", "attempt": 1, "lease_until": NOW + timedelta(seconds=60)}
        connection.execute(update(Job).where(Job.recording_id == running.id).values(**held))
        command.upgrade(alembic, "head")
    with read() as session:
        steps = dict(session.execute(select(Job.recording_id, Job.step)).all())
    assert steps == {waiting.id: "listen", running.id: "process"}, "the old worker needs the old name"
    assert take("gpu").step is Step.LISTEN
    with write() as session:  # the old worker dies and its job comes back under the old name
        session.execute(update(Job).where(Job.recording_id == waiting.id).values(status=Status.DONE))
    assert recovery.sweep(NOW + timedelta(seconds=61)) == 1
    claim = take("gpu")
    assert (claim.recording_id, claim.step) == (running.id, Step.LISTEN)
