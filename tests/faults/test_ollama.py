"""A real worker, and an Ollama that is away, dies, rests and comes back; people ask for the recap again by the API."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from support.ollama_answers import quotes_first_line
from support.ollama_server import Model, OllamaServer, Reply

from chaos.checks import check
from chaos.rig import Rig, fresh, kill
from core import ollama_circuit
from core.accounts import api_keys
from core.clock import utc_now
from core.retention import deletion

pytestmark = pytest.mark.speech


@pytest.fixture
def api(rig: Rig) -> Iterator[httpx.Client]:
    """The API, as a program uses it; nothing is held against Ollama yet."""
    rig.start("web")
    ollama_circuit.note_success(rig.settings["OLLAMA_HOST"])
    key = api_keys.create_api_key(rig.owner, "faults")
    with httpx.Client(base_url=f"http://127.0.0.1:{rig.web_port}/api/v1", timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


def start_ollama(rig: Rig) -> OllamaServer:
    """An Ollama where the rig's workers look for it."""
    server = OllamaServer(Model("recap"), port=urlsplit(rig.settings["OLLAMA_HOST"]).port or 0)
    server.script = quotes_first_line
    return server


def write_again(rig: Rig, api: httpx.Client, recording_id: str) -> dict[str, object]:
    """Ask for the recap again and wait for it; its summary."""
    api.post(f"/recordings/{recording_id}/summarize").raise_for_status()
    rig.wait_final(recording_id)
    summary: dict[str, object] = api.get(f"/recordings/{recording_id}/summary").raise_for_status().json()
    return summary


def warnings(api: httpx.Client, recording_id: str) -> dict[str, str]:
    found = api.get(f"/recordings/{recording_id}").raise_for_status().json()["warnings"]
    return {one["code"]: one["message"] for one in found}


def test_a_recap_of_quotes_is_written_again_when_ollama_is_back(rig: Rig, api: httpx.Client) -> None:
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    rig.wait_final(recording_id)
    assert "Ollama did not answer" in warnings(api, recording_id)["ollama_unreachable"]
    before = api.get(f"/recordings/{recording_id}/exports/pdf").raise_for_status().content
    heard = rig.passed("hear", recording_id)
    with start_ollama(rig) as server:
        assert write_again(rig, api, recording_id)["engine"] == "ollama"
        assert len(server.chats) == 1
    assert "ollama_unreachable" not in warnings(api, recording_id)
    assert api.get(f"/recordings/{recording_id}/exports/pdf").raise_for_status().content != before
    assert rig.passed("hear", recording_id) == heard, "the sound was heard again"
    deletion.sweep_files(utc_now(), -1)  # the summary that was replaced goes with the next tidying up
    assert check(rig, [recording_id], kills=0).wrong == []


def test_a_resting_ollama_is_asked_again_as_soon_as_somebody_wants_it(rig: Rig, api: httpx.Client) -> None:
    host = rig.settings["OLLAMA_HOST"]
    for _ in range(ollama_circuit.MOST_FAILURES):
        ollama_circuit.note_failure(host, "broke_off", utc_now())
    ready = httpx.get(f"http://127.0.0.1:{rig.web_port}/readyz").json()
    assert "ollama" in ready["degraded"]
    with start_ollama(rig) as server:
        recording_id = rig.upload(fresh("ten-seconds.wav"))
        rig.nudge("cpu")
        rig.wait_final(recording_id)
        assert server.chats == []
        assert "is left alone until" in warnings(api, recording_id)["ollama_unreachable"]
        assert write_again(rig, api, recording_id)["engine"] == "ollama"
    assert ollama_circuit.look(host, utc_now()).stands == "well"
    assert "ollama" not in httpx.get(f"http://127.0.0.1:{rig.web_port}/readyz").json()["degraded"]


def test_a_worker_killed_while_the_model_answers_asks_again(rig: Rig, api: httpx.Client) -> None:
    with start_ollama(rig) as server:
        killed: list[int] = []

        def kill_then_answer(body: dict[str, object]) -> Reply:
            if not killed:
                killed.append(rig.child("w"))
                kill(killed[0])
            return quotes_first_line(body)

        server.script = kill_then_answer
        recording_id = rig.upload(fresh("ten-seconds.wav"))
        rig.nudge("cpu")
        rig.wait_final(recording_id)
        assert len(server.chats) == 2
    assert api.get(f"/recordings/{recording_id}/summary").json()["engine"] == "ollama"
    assert check(rig, [recording_id], kills=1).wrong == []
