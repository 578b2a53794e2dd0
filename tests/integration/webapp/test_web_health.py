"""What /readyz says of Ollama."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

import config
from core import ollama_circuit
from core.clock import utc_now


def test_a_resting_ollama_is_named_with_the_time_and_the_reason(
    app: Flask, change_settings: Callable[..., config.Settings]
) -> None:
    change_settings(TIMEZONE="Europe/Amsterdam")
    client = app.test_client()
    host = config.load().ollama_host
    assert client.get("/readyz").json["parts"]["ollama"] == "ok"
    for _ in range(4):
        ollama_circuit.note_failure(host, "broke_off", utc_now())
    assert "ollama" not in client.get("/readyz").json["degraded"]
    until = ollama_circuit.note_failure(host, "broke_off", utc_now())
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "ollama" in ready.json["degraded"]
    told = ready.json["parts"]["ollama"]
    assert told.startswith("failed 5 times in a row and is not called until ")
    assert told.endswith("; the last time it broke off its answer")
    assert until is not None
    assert f"{until.astimezone(ZoneInfo('Europe/Amsterdam')):%H:%M %Z}" in told
    ollama_circuit.allow_trial(host)
    assert "ollama" not in client.get("/readyz").json["degraded"]


@pytest.mark.parametrize("word", ["http", "127.0.0.1"])
def test_the_address_of_ollama_is_not_told_to_everybody(app: Flask, word: str) -> None:
    for _ in range(5):
        ollama_circuit.note_failure(config.load().ollama_host, "away", utc_now())
    assert word not in app.test_client().get("/readyz").json["parts"]["ollama"]
