"""A real worker with an Ollama that is unreachable or fails and later recovers; the API asks for a new recap."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from support.ollama_answers import quotes_first_line
from support.ollama_server import Model, OllamaServer, Reply

from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import send_signal
from core import ollama_circuit
from core.accounts import api_keys
from core.clock import utc_now
from core.retention import deletion

pytestmark = pytest.mark.speech


@pytest.fixture
def api(testbed: Testbed) -> Iterator[httpx.Client]:
    """A client of the API; no failure of Ollama is counted yet."""
    testbed.start("web")
    ollama_circuit.note_success(testbed.settings["OLLAMA_HOST"])
    key = api_keys.create_api_key(testbed.owner, "faults")
    with httpx.Client(base_url=f"http://127.0.0.1:{testbed.web_port}/api/v1", timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


def start_ollama(testbed: Testbed) -> OllamaServer:
    """Start an Ollama at the address in the testbed's settings."""
    server = OllamaServer(Model("recap"), port=urlsplit(testbed.settings["OLLAMA_HOST"]).port or 0)
    server.script = quotes_first_line
    return server


def rewrite(testbed: Testbed, api: httpx.Client, recording_id: str) -> dict[str, object]:
    """Rewrite the recap, wait for it and return its summary."""
    api.post(f"/recordings/{recording_id}/summarize").raise_for_status()
    testbed.wait_final(recording_id)
    summary: dict[str, object] = api.get(f"/recordings/{recording_id}/summary").raise_for_status().json()
    return summary


def warnings(api: httpx.Client, recording_id: str) -> dict[str, str]:
    found = api.get(f"/recordings/{recording_id}").raise_for_status().json()["warnings"]
    return {one["code"]: one["message"] for one in found}


def test_a_recap_of_quotes_is_rewritten_once_ollama_is_back(testbed: Testbed, api: httpx.Client) -> None:
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    testbed.wait_final(recording_id)
    assert "Ollama did not answer" in warnings(api, recording_id)["ollama_unreachable"]
    before = api.get(f"/recordings/{recording_id}/exports/pdf").raise_for_status().content
    decoded = testbed.failpoints.hits("decode_batch", recording_id)
    with start_ollama(testbed) as server:
        assert rewrite(testbed, api, recording_id)["engine"] == "ollama"
        assert len(server.chats) == 1
    assert "ollama_unreachable" not in warnings(api, recording_id)
    assert api.get(f"/recordings/{recording_id}/exports/pdf").raise_for_status().content != before
    assert testbed.failpoints.hits("decode_batch", recording_id) == decoded, "the audio was transcribed again"
    deletion.sweep_files(utc_now(), -1)  # the next clean-up removes the replaced summary
    assert check_invariants(testbed, [recording_id], kills=0).violations == []


def test_a_request_by_hand_calls_ollama_although_its_circuit_is_open(testbed: Testbed, api: httpx.Client) -> None:
    host = testbed.settings["OLLAMA_HOST"]
    for _ in range(ollama_circuit.MOST_FAILURES):
        ollama_circuit.note_failure(host, "broke_off", utc_now())
    ready = httpx.get(f"http://127.0.0.1:{testbed.web_port}/readyz", timeout=30).json()
    assert "ollama" in ready["degraded"]
    with start_ollama(testbed) as server:
        recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
        testbed.notify("cpu")
        testbed.wait_final(recording_id)
        assert server.chats == []
        assert "is paused until" in warnings(api, recording_id)["ollama_unreachable"]
        assert rewrite(testbed, api, recording_id)["engine"] == "ollama"
    assert ollama_circuit.read_circuit(host, utc_now()).state == "closed"
    assert "ollama" not in httpx.get(f"http://127.0.0.1:{testbed.web_port}/readyz", timeout=30).json()["degraded"]


def test_the_model_is_asked_again_after_a_kill_during_its_answer(testbed: Testbed, api: httpx.Client) -> None:
    with start_ollama(testbed) as server:
        killed: list[int] = []

        def kill_then_answer(body: dict[str, object]) -> Reply:
            if not killed:
                killed.append(testbed.child_pid("w"))
                send_signal(killed[0])
            return quotes_first_line(body)

        server.script = kill_then_answer
        recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
        testbed.notify("cpu")
        testbed.wait_final(recording_id)
        assert len(server.chats) == 2
    assert api.get(f"/recordings/{recording_id}/summary").json()["engine"] == "ollama"
    assert check_invariants(testbed, [recording_id], kills=1).violations == []
