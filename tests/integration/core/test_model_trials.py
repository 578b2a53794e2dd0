"""Trials of language models in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import model_trials
from core.clock import utc_now
from core.database.tables import ModelTrial, Status
from core.jobs import pausing
from core.model_actions import SILENT
from core.model_trials import MOST_LOSSES

pytestmark = pytest.mark.usefixtures("sqlite")
DIGEST = "d" * 64
QUEUE = "gpu"  # Ollama is on this machine unless the settings say otherwise
FIGURES = {
    "seconds_a_minute": 31.5, "written": 12, "proven": 11, "decisions_found": 3, "decisions": 3, "tasks_found": 4,
    "tasks": 5,
}  # fmt: skip


def claim() -> ModelTrial:
    found = model_trials.claim(QUEUE, utc_now())
    assert found is not None
    return found


def find() -> ModelTrial:
    found = model_trials.find(DIGEST)
    assert found is not None
    return found


def test_a_trial_waits_in_the_queue_of_summaries_alone_and_is_taken_once() -> None:
    assert model_trials.request(DIGEST, "recap:latest", utc_now())
    assert not model_trials.request(DIGEST, "recap:latest", utc_now())
    assert [model_trials.is_waiting(queue, utc_now()) for queue in ("cpu", QUEUE)] == [False, True]
    assert model_trials.claim("cpu", utc_now()) is None
    claim()
    assert model_trials.claim(QUEUE, utc_now()) is None
    assert not model_trials.is_waiting(QUEUE, utc_now())


def test_a_paused_queue_starts_no_trial() -> None:
    model_trials.request(DIGEST, "recap", utc_now())
    pausing.set_paused(QUEUE, utc_now())
    assert not model_trials.is_waiting(QUEUE, utc_now())
    assert model_trials.claim(QUEUE, utc_now()) is None


def test_the_result_is_kept_until_the_next_one() -> None:
    model_trials.request(DIGEST, "recap", utc_now())
    one = claim()
    assert model_trials.finish(DIGEST, one.attempt, FIGURES, ["it is slow", "it is poor"], utc_now())
    assert model_trials.failed_digests() == {DIGEST}
    model_trials.request(DIGEST, "recap", utc_now())
    assert find().seconds_a_minute == 31.5
    again = claim()
    model_trials.fail(DIGEST, again.attempt, "internal", "It broke.", "Try again.", utc_now())
    assert (find().status, find().problems) == (Status.FAILED, "it is slow\nit is poor")
    model_trials.dismiss(DIGEST)
    assert (find().status, find().message) == (Status.DONE, "")
    model_trials.request(DIGEST, "recap", utc_now())
    assert model_trials.finish(DIGEST, claim().attempt, FIGURES, [], utc_now())
    assert model_trials.failed_digests() == frozenset()


def test_a_trial_without_any_result_can_be_dismissed() -> None:
    model_trials.request(DIGEST, "recap", utc_now())
    model_trials.fail(DIGEST, claim().attempt, "internal", "It broke.", "Try again.", utc_now())
    model_trials.dismiss(DIGEST)
    assert model_trials.find(DIGEST) is None


def test_who_was_cancelled_or_is_silent_writes_nothing_more() -> None:
    model_trials.request(DIGEST, "recap", utc_now())
    one = claim()
    assert model_trials.note_progress(DIGEST, one.attempt, 0.5, utc_now())
    assert model_trials.cancel(DIGEST, utc_now())
    assert not model_trials.cancel(DIGEST, utc_now())
    assert not model_trials.note_progress(DIGEST, one.attempt, 0.6, utc_now())
    assert not model_trials.finish(DIGEST, one.attempt, FIGURES, [], utc_now())
    assert find().status == Status.CANCELLED


def test_a_trial_goes_on_after_its_process_died_but_not_for_ever() -> None:
    now = utc_now()
    model_trials.request(DIGEST, "recap", now)
    assert model_trials.claim(QUEUE, now) is not None
    for _ in range(MOST_LOSSES - 1):
        now += SILENT + timedelta(seconds=1)
        assert model_trials.is_waiting(QUEUE, now)
        assert model_trials.claim(QUEUE, now) is not None
    now += SILENT + timedelta(seconds=1)
    assert model_trials.claim(QUEUE, now) is None
    assert (find().status, find().code) == (Status.FAILED, "worker_lost")
    assert model_trials.request(DIGEST, "recap", now)
    assert model_trials.claim(QUEUE, now) is not None


def test_a_trial_that_is_given_back_waits_again() -> None:
    model_trials.request(DIGEST, "recap", utc_now())
    model_trials.give_back(DIGEST, claim().attempt, utc_now())
    assert model_trials.is_waiting(QUEUE, utc_now())
