from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.factories import NOW

from core import ollama_circuit
from core.database import sessions
from core.database.tables import OllamaHealth
from core.ollama_circuit import MOST_FAILURES, REST, allow_trial, look, note_failure, note_success, resting_until

pytestmark = pytest.mark.usefixtures("any_database")
HOST, OTHER = "http://127.0.0.1:11434", "http://gpu.example.org:11434"
SECOND = timedelta(seconds=1)


def fail(times: int = MOST_FAILURES, host: str = HOST) -> None:
    for n in range(times):
        note_failure(host, "away", NOW + n * SECOND)


def test_after_five_failures_in_a_row_ollama_rests_for_five_minutes() -> None:
    fail(4)
    assert resting_until(HOST, NOW) is None
    assert look(HOST, NOW).stands == "failing"
    assert note_failure(HOST, "broke_off", NOW) == NOW + timedelta(minutes=5)
    state = look(HOST, NOW + REST - SECOND)
    assert (state.stands, state.failures, state.resting_until) == ("resting", 5, NOW + REST)
    assert state.why == "broke off its answer"
    assert resting_until(HOST, NOW + REST) is None


def test_a_success_in_between_starts_the_count_anew() -> None:
    fail(4)
    note_success(HOST)
    fail(4)
    assert resting_until(HOST, NOW) is None
    note_success(HOST)
    assert look(HOST, NOW) == ollama_circuit.CircuitState()
    assert (look(HOST, NOW).stands, look(HOST, NOW).why) == ("well", "")


def test_the_first_call_after_the_rest_is_a_trial() -> None:
    fail()
    later = NOW + REST + 10 * SECOND
    assert look(HOST, later).stands == "trial"
    assert note_failure(HOST, "away", later) == later + REST
    assert look(HOST, later).stands == "resting"
    note_success(HOST)
    assert note_failure(HOST, "away", later) is None


def test_somebody_who_asks_ends_the_rest_but_one_more_failure_begins_it_again() -> None:
    allow_trial(HOST)
    fail()
    allow_trial(HOST)
    assert look(HOST, NOW + SECOND).stands == "trial"
    assert note_failure(HOST, "away", NOW + SECOND) == NOW + SECOND + REST


def test_a_call_that_fails_during_the_rest_does_not_prolong_it() -> None:
    fail()
    until = resting_until(HOST, NOW + 5 * SECOND)
    assert note_failure(HOST, "silent", NOW + 100 * SECOND) == until


def test_each_address_is_counted_by_itself() -> None:
    fail()
    assert resting_until(OTHER, NOW) is None
    note_success(OTHER)
    assert resting_until(HOST, NOW + 5 * SECOND) is not None


def test_a_clock_that_is_set_back_does_not_keep_ollama_away_for_hours() -> None:
    fail()
    assert resting_until(HOST, NOW - timedelta(hours=3)) is None


def test_failures_of_several_workers_at_once_all_count() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: note_failure(HOST, "busy", NOW), range(8)))
    assert look(HOST, NOW).failures == 8


def test_only_known_codes_are_stored_never_words() -> None:
    with pytest.raises(ValueError, match="no reason"):
        note_failure(HOST, "the secret plan of the meeting", NOW)
    with sessions.read() as session:
        assert session.query(OllamaHealth).all() == []


def test_every_reason_of_the_pipeline_has_words() -> None:
    from pipeline.ollama.failures import FailureReason

    assert {reason.value for reason in FailureReason} == set(ollama_circuit.REASONS)
