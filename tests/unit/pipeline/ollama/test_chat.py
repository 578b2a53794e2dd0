"""The stream of a chat over a real socket: whole, cut anywhere, broken, silent, endless, or of another server."""

from __future__ import annotations

import itertools
import json
import resource
import socket
import time
from collections.abc import Callable

import pytest
from support.helpers import free_port
from support.ollama_server import OllamaServer, Reply, says

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.chat import MAX_LINE_BYTES, ChatAnswer, ChatLimits, chat
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.failures import FailureReason, OllamaFailure, to_failure
from pipeline.ollama.token_meter import metered

BODY = {"model": "recap", "messages": [{"role": "user", "content": "Hello?"}], "options": {"num_predict": 200}}
USUAL = ChatLimits()
QUICK = ChatLimits(connect=1.0, first_token=0.5, between_tokens=0.5, whole=2.0)


def ask(server: OllamaServer, reply: Reply | None = None, limits: ChatLimits = USUAL) -> ChatAnswer:
    if reply:
        server.plays(reply)
    return chat(server.host, BODY, lambda _: None, limits)


def reason_of(server: OllamaServer, reply: Reply, limits: ChatLimits = USUAL) -> FailureReason:
    with pytest.raises((OllamaUnreachable, OllamaRefused)) as caught:
        ask(server, reply, limits)
    failure = to_failure(caught.value)
    assert failure is not None
    return failure.reason


@pytest.mark.parametrize("size", [0, 1, 2, 7, 100, 5000])
def test_lines_may_be_cut_anywhere(ollama: OllamaServer, size: int) -> None:
    text = "Grüße, 世界 😀\n" * 5
    answer = ask(ollama, says(text, cut=size))
    assert (answer.text, answer.done_reason, answer.prompt_tokens, answer.answer_tokens) == (text, "stop", 1, 5)


def test_a_whole_answer_in_one_line_is_read_too(ollama: OllamaServer) -> None:
    line = {"message": {"content": "x" * 500_000}, "done": True, "done_reason": "length", "eval_count": 9}
    ollama.plays(Reply(page=(200, "application/json", json.dumps(line).encode())))  # without a newline at its end
    answer = ask(ollama)
    assert (len(answer.text), answer.done_reason, answer.prompt_tokens) == (500_000, "length", None)


def test_what_comes_after_the_last_line_is_not_waited_for(ollama: OllamaServer) -> None:
    last = b'{"message":{"content":"hi"},"done":true}\n'
    begun = time.monotonic()
    answer = ask(ollama, Reply(raw=(part for part in (last, time.sleep(0.0) or b"{", b"junk"))))
    assert answer.text == "hi"
    assert time.monotonic() - begun < 15


HALF = b'{"model":"recap","message":{"role":"assi'


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=503), FailureReason.BUSY),
        (Reply(status=429), FailureReason.BUSY),
        (Reply(status=500, late_error="CUDA error: out of memory"), FailureReason.ERROR),
        (Reply(("{",), late_error="llama runner process has terminated"), FailureReason.ERROR),
        (Reply(page=(502, "text/html", b"<h1>Bad gateway</h1>")), FailureReason.AWAY),
        (Reply(status=401, late_error="unauthorized"), FailureReason.REFUSED),
        (Reply(breaks_off=True), FailureReason.BROKE_OFF),
        (Reply(("{", '"a'), breaks_off=True), FailureReason.BROKE_OFF),
        (Reply(("{",), raw=HALF, breaks_off=True), FailureReason.BROKE_OFF),
        (Reply(page=(200, "application/x-ndjson", HALF)), FailureReason.BROKE_OFF),
        (Reply(page=(200, "text/html", b"<!doctype html>\n<p>Welcome\n")), FailureReason.FOREIGN),
        (Reply(page=(200, "text/html", b"<!doctype html><p>Welcome")), FailureReason.FOREIGN),
        (Reply(page=(404, "text/html", b"<h1>No such model of page</h1>")), FailureReason.FOREIGN),
        (Reply(page=(302, "text/html", b"")), FailureReason.FOREIGN),
        (Reply(("{",), raw=b"this is no JSON\n"), FailureReason.FOREIGN),
        (Reply(raw=b'["a", "list"]\n'), FailureReason.FOREIGN),
        (Reply(raw=b'{"message": "text"}\n'), FailureReason.FOREIGN),
        (Reply(raw=b'{"message": {"content": 7}}\n'), FailureReason.FOREIGN),
        (Reply(raw=b'{"status": "ok"}\n'), FailureReason.FOREIGN),
        (Reply(raw=b"[" * 100_000 + b"\n"), FailureReason.FOREIGN),
        (Reply(itertools.repeat("x")), FailureReason.ENDLESS),
        (Reply(itertools.repeat("")), FailureReason.ENDLESS),
    ],
    ids=[
        "queue full", "too many requests", "crash", "error line under 200", "nobody behind the proxy", "no access",
        "dies at once", "dies mid-answer", "dies mid-line", "ends mid-line", "HTML", "HTML in one line",
        "404 of another server", "redirect", "not JSON", "a list", "text for message", "number for content",
        "another object", "deep JSON", "no end", "empty, no end",
    ],
)  # fmt: skip
def test_each_kind_of_failure_is_told_apart(ollama: OllamaServer, reply: Reply, reason: FailureReason) -> None:
    assert reason_of(ollama, reply) is reason


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(("x",), first_pause=60), FailureReason.SILENT),
        (Reply(("x", "y"), pause=60), FailureReason.STALLED),
        (Reply(itertools.repeat("x"), pause=0.2), FailureReason.SLOW),
        # bytes that never become a line are no sign of life
        (Reply(raw=(time.sleep(0.1) or b"x" for _ in range(1000))), FailureReason.SILENT),
    ],
    ids=["first token", "between tokens", "in all", "drops"],
)
def test_each_phase_has_its_deadline(ollama: OllamaServer, reply: Reply, reason: FailureReason) -> None:
    begun = time.monotonic()
    assert reason_of(ollama, reply, QUICK) is reason
    assert time.monotonic() - begun < 15


def test_nobody_at_the_address_is_noticed_at_once() -> None:
    begun = time.monotonic()
    with pytest.raises(OllamaUnreachable) as caught:
        chat(f"http://127.0.0.1:{free_port()}", BODY, lambda _: None)
    assert to_failure(caught.value).reason is FailureReason.AWAY
    assert time.monotonic() - begun < 15


def test_an_address_that_takes_no_connection_is_given_up_in_time() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:  # the queue of connections is full, further ones get no answer
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        begun = time.monotonic()
        with pytest.raises(OllamaUnreachable) as caught:
            chat(f"http://127.0.0.1:{full.getsockname()[1]}", BODY, lambda _: None, ChatLimits(connect=0.5))
        assert to_failure(caught.value).reason is FailureReason.AWAY
        assert time.monotonic() - begun < 15
        for one in waiting:
            one.close()


def test_a_line_without_an_end_takes_little_memory(ollama: OllamaServer) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert reason_of(ollama, Reply(raw=itertools.repeat(b"x" * 65536))) is FailureReason.FOREIGN
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 20 * MAX_LINE_BYTES


def test_a_missing_model_and_a_prompt_that_is_too_long_are_no_failures(ollama: OllamaServer) -> None:
    with pytest.raises(OllamaModelMissing):
        chat(ollama.host, BODY | {"model": "other"}, lambda _: None)
    with pytest.raises(OllamaRefused) as caught:
        chat(ollama.host, BODY | {"options": {"num_ctx": 1}, "shift": False}, lambda _: None)
    assert caught.value.is_too_long
    assert to_failure(caught.value) is None


@pytest.mark.parametrize(
    "reply", [Reply(("x",), first_pause=30), Reply(itertools.repeat("x"), pause=0.01)], ids=["silent", "talking"]
)
def test_who_wants_out_is_out_at_once_and_the_connection_is_closed(ollama: OllamaServer, reply: Reply) -> None:
    class Stop(Exception):
        pass

    def stop_after(seconds: float) -> Callable[[int], None]:
        begun = time.monotonic()

        def on_tick(_: int) -> None:
            if time.monotonic() - begun > seconds:
                raise Stop

        return on_tick

    ollama.plays(reply)
    begun = time.monotonic()
    with pytest.raises(Stop):
        chat(ollama.host, BODY, stop_after(0.5))
    assert time.monotonic() - begun < 15
    if not reply.first_pause:
        assert ollama.disconnected.wait(5)


def test_failures_can_be_sent_from_process_to_process() -> None:
    import pickle

    one = pickle.loads(pickle.dumps(OllamaFailure(FailureReason.ERROR, "out of\nmemory" + "!" * 500)))  # noqa: S301
    assert (one.reason, one.code, one.is_transient) == (FailureReason.ERROR, "ollama_unreachable", True)
    assert "“out of memory!!!" in one.message
    assert len(one.message) < 320


def test_tokens_are_counted_while_somebody_measures(ollama: OllamaServer) -> None:
    with metered() as tokens:
        answers = [ask(ollama, says("One two three.")), ask(ollama, says("Four."))]
    ask(ollama, says("Five."))
    assert tokens.prompt == sum(one.prompt_tokens or 0 for one in answers) > 0
    assert tokens.total == tokens.prompt + sum(one.answer_tokens or 0 for one in answers)
