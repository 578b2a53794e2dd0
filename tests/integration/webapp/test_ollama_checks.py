"""What `flask doctor` says of Ollama."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from support.helpers import free_port
from support.ollama_models import PLAIN
from support.ollama_server import Model, OllamaServer

import config
from core import model_trials, ollama_circuit
from core.clock import utc_now
from webapp.cli.check_result import CheckResult
from webapp.cli.ollama_checks import check_ollama

Settings = Callable[..., config.Settings]


def results_of(settings: config.Settings) -> dict[str, CheckResult]:
    return {one.component: one for one in check_ollama(settings)}


def test_the_doctor_finds_a_sound_ollama_well(sqlite: str, ollama: OllamaServer, settings_of: Settings) -> None:
    found = results_of(settings_of(OLLAMA_HOST=ollama.host, OLLAMA_NUM_CTX=16384))
    assert [one.fix for one in found.values()] == [None, None, None]
    assert found["ollama"].state == f"{ollama.host}, version 0.12.6"
    assert found["ollama model"].state == "recap:latest, 1.0 kB Q4_K_M, the first that is fit"
    assert found["ollama window"].state == "16,384 tokens; recap:latest was trained for 32,768 tokens"


@pytest.mark.parametrize(
    ("version", "says"), [("0.5.4", "cannot be imported before 0.5.5"), ("0.12.5", "cuts a prompt")]
)
def test_the_doctor_tells_an_old_version(
    sqlite: str, ollama: OllamaServer, settings_of: Settings, version: str, says: str
) -> None:
    ollama.version = version
    found = results_of(settings_of(OLLAMA_HOST=ollama.host))["ollama"]
    assert says in found.state
    assert "Update Ollama" in (found.fix or "")


def test_the_doctor_tells_of_a_model_that_is_missing_cannot_chat_or_runs_elsewhere(
    sqlite: str, ollama: OllamaServer, settings_of: Settings
) -> None:
    missing = results_of(settings_of(OLLAMA_HOST=ollama.host, OLLAMA_MODEL="large"))["ollama model"]
    assert "does not have large" in missing.state
    assert "Ollama has: recap:latest" in (missing.fix or "")
    ollama.models["embed:latest"] = Model("embed", capabilities=("embedding",))
    assert "cannot chat" in results_of(settings_of(OLLAMA_MODEL="embed"))["ollama model"].state
    ollama.models["recap:latest"].remote_host = "https://ollama.com:443"
    elsewhere = results_of(settings_of(OLLAMA_MODEL="recap"))["ollama model"]
    assert "leaves this machine" in elsewhere.state
    assert elsewhere.fix


def test_the_doctor_tells_of_a_window_larger_than_the_training(
    sqlite: str, ollama: OllamaServer, settings_of: Settings
) -> None:
    found = results_of(settings_of(OLLAMA_HOST=ollama.host, OLLAMA_NUM_CTX=65536))["ollama window"]
    assert found.state.startswith("OLLAMA_NUM_CTX is 65,536, but recap:latest was trained for 32,768 tokens")
    assert "32768 at most" in (found.fix or "")


def test_the_doctor_tells_of_a_model_that_does_not_fit_the_gpu(
    sqlite: str, ollama: OllamaServer, settings_of: Settings
) -> None:
    ollama.memory.total = 4_000_000_000
    ollama.memory.load("recap:latest", 8192, 6_500_000_000)
    settings = settings_of(OLLAMA_HOST=ollama.host, GPU_AVAILABLE="false")
    found = results_of(settings)["ollama memory"]
    assert (found.fix or "").startswith("2.5 GB of it run on the CPU")
    ollama.memory.total = 0
    ollama.memory.load("recap:latest", 4096, 6_500_000_000)
    found = results_of(settings)["ollama memory"]
    assert (found.fix, "all on the CPU; this machine has no GPU" in found.state) == (None, True)


def test_the_doctor_tells_that_ollama_is_away_or_no_ollama(
    sqlite: str, ollama: OllamaServer, settings_of: Settings
) -> None:
    away = results_of(settings_of(OLLAMA_HOST=f"http://127.0.0.1:{free_port()}"))["ollama"]
    assert "does not answer" in away.state
    assert "ollama serve" in (away.fix or "")


def test_the_doctor_tells_that_ollama_is_left_alone_and_until_when(
    sqlite: str, ollama: OllamaServer, settings_of: Settings
) -> None:
    settings = settings_of(OLLAMA_HOST=ollama.host)
    for _ in range(ollama_circuit.MOST_FAILURES):
        until = ollama_circuit.note_failure(ollama.host, "away", utc_now())
    assert until is not None
    resting, *others = check_ollama(settings)
    assert resting.state == f"failed 5 times in a row (it did not answer) and is not called until {until:%H:%M}"
    assert resting.fix
    assert [one.fix for one in others] == [None, None, None]


def test_the_doctor_shows_ollama_among_the_others(app: Flask, ollama: OllamaServer, settings_of: Settings) -> None:
    settings_of(OLLAMA_HOST=ollama.host)
    lines = app.test_cli_runner().invoke(args=["doctor"]).stdout.splitlines()
    assert any(line.startswith("ok      ollama model") for line in lines)


def test_the_doctor_tells_of_models_without_a_chat_template(
    sqlite: str, ollama: OllamaServer, settings_of: Settings
) -> None:
    ollama.models["base:latest"] = Model("base:latest", template=PLAIN)
    states = [one.state for one in check_ollama(settings_of(OLLAMA_HOST=ollama.host))]
    assert "base:latest: base model, or without its chat template; used only if named" in states
    named = results_of(settings_of(OLLAMA_MODEL="base"))["ollama model"]
    assert "recaps are poor" in named.state
    assert "import-ollama-models --force" in (named.fix or "")
    del ollama.models["recap:latest"]
    assert "has a chat template" in next(
        one.state for one in check_ollama(settings_of(OLLAMA_MODEL="")) if one.component == "ollama model"
    )


def test_the_doctor_tells_of_a_trial(sqlite: str, ollama: OllamaServer, settings_of: Settings) -> None:
    digest = ollama.models["recap:latest"].digest
    settings = settings_of(OLLAMA_HOST=ollama.host, OLLAMA_MODEL="recap")
    for problems, says in (((), "fit for recaps"), (["it takes longer than the meeting"], "not fit for recaps")):
        model_trials.request(digest, "recap:latest", utc_now())
        claimed = model_trials.claim("gpu", utc_now())
        assert claimed is not None
        model_trials.finish(digest, claimed.attempt, {"seconds_a_minute": 70.0}, problems, utc_now())
        found = results_of(settings)["ollama model"]
        assert says in found.state
        assert bool(found.fix) is bool(problems)


def test_a_build_of_ones_own_is_no_old_version(sqlite: str, ollama: OllamaServer, settings_of: Settings) -> None:
    ollama.version = "0.0.0"
    found = results_of(settings_of(OLLAMA_HOST=ollama.host))["ollama"]
    assert found.state.endswith(", built from source")
    assert found.fix is None
