"""Asking again: which failures, how often, how long; what counts against Ollama's circuit breaker and what does not."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest
from pydantic import BaseModel
from support.helpers import free_port
from support.ollama_server import Model, OllamaServer, Reply, says

from pipeline.errors import Cancelled, OllamaModelMissing
from pipeline.ollama import retry
from pipeline.ollama.chat import ChatLimits
from pipeline.ollama.failures import FailureReason, OllamaFailure, OllamaPaused
from pipeline.summarize.language_model.model_call import ModelCaller, PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.ollama_settings import OllamaSettings
from pipeline.summarize.language_model.token_counting import TokenCounter
from pipeline.summarize.selection import choose_summarizer

NO_WAIT = (0.0, 0.0, 0.0, 0.0)
UNTIL = datetime(2026, 4, 21, 15, 32, tzinfo=UTC)


class Word(BaseModel):
    word: str


GOOD = says({"word": "yes"})


@dataclass
class CountingCircuit:
    """A `CircuitBreaker` that opens after some failures in a row."""

    most: int = 5
    seen: list[str] = field(default_factory=list)
    failures: int = 0

    @property
    def open_until(self) -> datetime | None:
        return UNTIL if self.failures >= self.most else None

    def record_failure(self, reason: str) -> None:
        self.seen.append(str(reason))
        self.failures += 1

    def record_success(self) -> None:
        self.seen.append("good")
        self.failures = 0


def ask(host: str, on_tick: Callable[[int], None] = lambda _: None, **changes: Any) -> tuple[Word, int]:
    """The answer and the number of calls."""
    settings = OllamaSettings(host=host, model="recap", digest="d", retry_seconds=NO_WAIT)
    caller = ModelCaller(replace(settings, **changes), 8192, 200, TokenCounter())
    return caller.ask(Word, Word.model_json_schema(), "system", "user", on_tick), caller.calls


@pytest.mark.parametrize(
    "failure",
    [
        Reply(status=503),
        Reply(status=500, late_error="CUDA error"),
        Reply(("{",), late_error="llama runner process has terminated"),
        Reply(breaks_off=True),
        Reply(('{"word"',), breaks_off=True),
        Reply(raw=b'{"message":{"cont', breaks_off=True),
        Reply(("{",), first_pause=3),
        Reply(("{", "x"), pause=3),
    ],
    ids=[
        "queue full", "crash", "error line under 200", "dies at once", "dies mid-answer", "dies mid-line",
        "slow first token", "silence between tokens",
    ],
)  # fmt: skip
def test_what_is_transient_is_asked_again_until_there_is_an_answer(ollama: OllamaServer, failure: Reply) -> None:
    ollama.plays(failure, failure, GOOD)
    circuit = CountingCircuit()
    word, calls = ask(ollama.host, circuit=circuit, limits=ChatLimits(first_token=0.4, between_tokens=0.4))
    assert (word.word, calls) == ("yes", 3)
    assert len(circuit.seen) == 3
    assert circuit.seen[-1] == "good"


def test_an_ollama_that_is_started_while_it_is_waited_for_is_found() -> None:
    port = free_port()
    started: list[OllamaServer] = []

    def start(_: int) -> None:
        if not started:
            started.append(OllamaServer(Model("recap"), port=port).__enter__())
            started[0].plays(GOOD)

    try:
        assert ask(f"http://127.0.0.1:{port}", start) == (Word(word="yes"), 2)
    finally:
        started[0].__exit__(None, None, None)


def test_an_ollama_that_stays_away_is_named_as_the_reason() -> None:
    with pytest.raises(OllamaFailure) as caught:
        ask(f"http://127.0.0.1:{free_port()}")
    assert caught.value.reason is FailureReason.AWAY
    assert caught.value.message == "The summary was put together from quotes, because Ollama did not answer."
    assert "Start Ollama" in caught.value.hint


@pytest.mark.parametrize(
    ("reply", "reason", "words"),
    [
        (Reply(page=(200, "text/html", b"<p>Welcome\n")), FailureReason.FOREIGN, "is not Ollama"),
        (Reply(f"{number} " for number in itertools.count()), FailureReason.ENDLESS, "did not end its answer"),
        (Reply(status=401, late_error="unauthorized"), FailureReason.REFUSED, "refused"),
    ],
    ids=["another server", "no end", "no access"],
)
def test_what_does_not_pass_is_asked_once(
    ollama: OllamaServer, reply: Reply, reason: FailureReason, words: str
) -> None:
    ollama.plays(reply)
    with pytest.raises(OllamaFailure, match=words) as caught:
        ask(ollama.host)
    assert caught.value.reason is reason
    assert len(ollama.chats) == 1


def test_a_failure_that_lasts_is_given_up_after_five_calls_with_its_reason(ollama: OllamaServer) -> None:
    ollama.plays(Reply(status=503))
    circuit = CountingCircuit(most=99)
    with pytest.raises(OllamaFailure, match="was overloaded") as caught:
        ask(ollama.host, circuit=circuit)
    assert circuit.seen == ["busy"] * 5
    assert caught.value.hint


def test_nothing_is_asked_again_once_the_time_for_it_is_over(ollama: OllamaServer) -> None:
    ollama.plays(Reply(("x",), first_pause=60))
    begun = time.monotonic()
    with pytest.raises(OllamaFailure, match=r"did not begin its answer within 0\.5 s"):
        ask(ollama.host, limits=ChatLimits(first_token=0.5), retry_within=0.4)
    assert time.monotonic() - begun < 15
    assert len(ollama.chats) == 1


def test_waits_are_random_and_their_bounds_grow() -> None:
    assert retry.longest_waits(1.0, 3.0, 4) == (1.0, 3.0, 9.0, 27.0)
    called: list[float] = []

    def fail() -> None:
        called.append(time.monotonic())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        retry.retrying((0.1,) * 20, lambda _: True, lambda: None)(fail)
    took = [after - before for before, after in pairwise(called)]
    assert len(took) == 20
    assert min(took) < 0.05 < max(took)
    assert max(took) - min(took) > 0.03


def test_a_cancel_during_the_wait_is_heeded_at_once(ollama: OllamaServer) -> None:
    class Stop(Exception):
        pass

    ollama.plays(Reply(status=503))
    begun = time.monotonic()

    def on_tick(_: int) -> None:
        if time.monotonic() - begun > 0.6:
            raise Stop

    with pytest.raises(Stop):
        ask(ollama.host, on_tick, retry_seconds=(1e9,))
    assert time.monotonic() - begun < 15


def test_while_it_rests_ollama_is_not_asked(ollama: OllamaServer) -> None:
    with pytest.raises(OllamaPaused, match=r"failed several times in a row and is paused until 15:32 UTC\.$"):
        ask(ollama.host, circuit=CountingCircuit(failures=5))
    assert ollama.chats == []


def test_the_failure_that_makes_it_rest_ends_the_asking_and_names_its_own_reason(ollama: OllamaServer) -> None:
    ollama.plays(Reply(status=500, late_error="CUDA error"))
    circuit = CountingCircuit(failures=3)
    with pytest.raises(OllamaFailure, match="reported an error: “CUDA error”"):
        ask(ollama.host, circuit=circuit)
    assert len(ollama.chats) == 2


@pytest.mark.parametrize(
    ("reply", "raised", "seen"),
    [
        (says("no JSON"), UnusableAnswer, ["good"]),
        (says({"word": 7}), UnusableAnswer, ["good"]),
        (says({"word": "cut"}, done_reason="length"), UnusableAnswer, ["good"]),
        (Reply(status=400, late_error="invalid grammar"), UnusableAnswer, []),
        (Reply(status=400, late_error="the prompt is longer than the context length"), PromptTooLong, ["good"]),
        (Reply(status=404, late_error="model 'recap' not found"), OllamaModelMissing, []),
    ],
    ids=["not JSON", "wrong form", "cut", "refused", "too long", "model missing"],
)
def test_what_is_the_models_or_our_own_fault_does_not_count_against_ollama(
    ollama: OllamaServer, reply: Reply, raised: type[Exception], seen: list[str]
) -> None:
    ollama.plays(reply)
    circuit = CountingCircuit()
    with pytest.raises(raised):
        ask(ollama.host, circuit=circuit)
    assert circuit.seen == seen
    assert len(ollama.chats) == 1


# choosing


def test_an_ollama_that_is_away_is_looked_for_again_before_quotes_are_taken() -> None:
    circuit, ticks = CountingCircuit(), []
    chosen, notice = choose_summarizer(
        f"http://127.0.0.1:{free_port()}", circuit=circuit, retry_seconds=NO_WAIT, on_tick=lambda: ticks.append(1)
    )
    assert chosen.identity.startswith("extractive/")
    assert circuit.seen == ["away"] * 5
    assert len(ticks) >= 4
    assert notice.code == "ollama_unreachable"


def test_a_resting_ollama_is_not_even_looked_for(ollama: OllamaServer) -> None:
    chosen, notice = choose_summarizer(ollama.host, circuit=CountingCircuit(failures=5))
    assert chosen.identity.startswith("extractive/")
    assert "paused until 15:32 UTC" in notice.message
    assert "write the recap again" in notice.hint


def test_a_missing_model_and_a_list_that_was_had_change_nothing_in_the_count(ollama: OllamaServer) -> None:
    circuit = CountingCircuit(failures=3)
    assert choose_summarizer(ollama.host, "recap", circuit=circuit)[1] is None
    _, notice = choose_summarizer(ollama.host, "other", circuit=circuit)
    assert notice.code == "ollama_model_missing"
    assert circuit.seen == []


def test_a_cancel_while_ollama_is_looked_for_is_heeded() -> None:
    def stop() -> None:
        raise Cancelled

    begun = time.monotonic()
    with pytest.raises(Cancelled):
        choose_summarizer(f"http://127.0.0.1:{free_port()}", retry_seconds=(1e9,), on_tick=stop)
    assert time.monotonic() - begun < 15


def test_another_server_at_the_address_is_told_apart() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, args=(0.01,), daemon=True).start()
        _, notice = choose_summarizer(f"http://127.0.0.1:{other.server_port}")
        other.shutdown()
    assert "is not Ollama" in notice.message


# how the model was loaded
