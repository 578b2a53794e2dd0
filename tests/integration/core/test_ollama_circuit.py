from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.factories import NOW

from core import ollama_circuit
from core.database import sessions
from core.database.tables import OllamaHealth
from core.ollama_circuit import (
    MOST_FAILURES,
    OPEN_TIME,
    allow_trial,
    note_failure,
    note_success,
    open_until,
    read_circuit,
)

pytestmark = pytest.mark.usefixtures("any_database")
HOST, OTHER = "http://127.0.0.1:11434", "http://gpu.example.org:11434"
SECOND = timedelta(seconds=1)


def fail(times: int = MOST_FAILURES, host: str = HOST) -> None:
    for n in range(times):
        note_failure(host, "away", NOW + n * SECOND)


def test_after_five_failures_in_a_row_ollama_rests_for_five_minutes() -> None:
    fail(4)
    assert open_until(HOST, NOW) is None
    assert read_circuit(HOST, NOW).state == "closed"
    assert note_failure(HOST, "broke_off", NOW) == NOW + timedelta(minutes=5)
    state = read_circuit(HOST, NOW + OPEN_TIME - SECOND)
    assert (state.state, state.failures, state.open_until) == ("open", 5, NOW + OPEN_TIME)
    assert state.why == "broke off its answer"
    assert open_until(HOST, NOW + OPEN_TIME) is None


def test_a_success_in_between_starts_the_count_anew() -> None:
    fail(4)
    note_success(HOST)
    fail(4)
    assert open_until(HOST, NOW) is None
    note_success(HOST)
    assert read_circuit(HOST, NOW) == ollama_circuit.CircuitState()
    assert (read_circuit(HOST, NOW).state, read_circuit(HOST, NOW).why) == ("closed", "")


def test_the_first_call_after_the_rest_is_a_trial() -> None:
    fail()
    later = NOW + OPEN_TIME + 10 * SECOND
    assert read_circuit(HOST, later).state == "half_open"
    assert note_failure(HOST, "away", later) == later + OPEN_TIME
    assert read_circuit(HOST, later).state == "open"
    note_success(HOST)
    assert note_failure(HOST, "away", later) is None


def test_somebody_who_asks_ends_the_rest_but_one_more_failure_begins_it_again() -> None:
    allow_trial(HOST)
    fail()
    allow_trial(HOST)
    assert read_circuit(HOST, NOW + SECOND).state == "half_open"
    assert note_failure(HOST, "away", NOW + SECOND) == NOW + SECOND + OPEN_TIME


def test_a_call_that_fails_during_the_rest_does_not_prolong_it() -> None:
    fail()
    until = open_until(HOST, NOW + 5 * SECOND)
    assert note_failure(HOST, "silent", NOW + 100 * SECOND) == until


def test_each_address_is_counted_by_itself() -> None:
    fail()
    assert open_until(OTHER, NOW) is None
    note_success(OTHER)
    assert open_until(HOST, NOW + 5 * SECOND) is not None


def test_a_clock_that_is_set_back_does_not_keep_ollama_away_for_hours() -> None:
    fail()
    assert open_until(HOST, NOW - timedelta(hours=3)) is None


def test_failures_of_several_workers_at_once_all_count() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: note_failure(HOST, "busy", NOW), range(8)))
    assert read_circuit(HOST, NOW).failures == 8


def test_only_known_codes_are_stored_never_words() -> None:
    with pytest.raises(ValueError, match="no reason"):
        note_failure(HOST, "the secret plan of the meeting", NOW)
    with sessions.read() as session:
        assert session.query(OllamaHealth).all() == []


def test_every_reason_of_the_pipeline_has_words() -> None:
    from pipeline.ollama.failures import FailureReason

    assert {reason.value for reason in FailureReason} == set(ollama_circuit.REASONS)
