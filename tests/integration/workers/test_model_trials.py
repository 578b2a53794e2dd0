"""Trials of language models, run by a worker with a stand-in for Ollama."""

from __future__ import annotations

import mmap
from collections.abc import Callable

import pytest
from support.ollama_server import Body, Model, OllamaServer, Reply, says

import config
from core import model_trials
from core.clock import utc_now
from core.database.tables import ModelTrial, Status
from core.worker_register import WorkerModels
from workers import summarizer_choice, trial_runner
from workers.language_models import LanguageModelLister

pytestmark = pytest.mark.usefixtures("sqlite", "fresh_engines")


def digest_of(server: OllamaServer, name: str = "recap:latest") -> str:
    return server.models[name].digest


def run(server: OllamaServer, name: str = "recap:latest", stop: int = 0) -> ModelTrial:
    """Ask for a trial and run it in this process."""
    model_trials.request(digest_of(server, name), name, utc_now())
    shared = mmap.mmap(-1, 1)
    shared[0] = stop
    assert trial_runner.run_next("gpu", config.load(), shared)
    found = model_trials.find(digest_of(server, name))
    assert found is not None
    return found


def test_a_model_recaps_the_meeting_and_its_figures_are_kept(server: OllamaServer) -> None:
    trial = run(server)
    assert trial.status == Status.DONE
    assert (trial.decisions, trial.tasks) == (3, 5)
    assert trial.seconds_a_minute is not None
    assert trial.written is not None
    assert trial.needs_bytes > 0
    assert "bicycles" in str(server.chats[0]["messages"])


def test_a_model_without_usable_answers_fails_its_trial(server: OllamaServer) -> None:
    server.script = lambda body: says("junk")
    trial = run(server)
    assert trial.status == Status.DONE
    assert "no usable answer" in trial.problems


def test_a_model_that_fails_is_used_only_by_name_and_the_recap_says_so(server: OllamaServer) -> None:
    server.script = lambda body: says("junk")
    run(server)
    settings = config.load()
    chosen, notice = choose(settings, None)
    assert "ollama" not in chosen
    assert notice == "ollama_model_missing"
    chosen, notice = choose(settings, "recap")
    assert "ollama/recap:latest@" in chosen
    assert notice == "model_failed_trial"
    listed = LanguageModelLister(server.host, None).add_to(WorkerModels())
    assert (listed.language_models, listed.default_language_model) == (("recap:latest",), "")


def test_another_model_takes_its_place(server: OllamaServer) -> None:
    server.models["other:latest"] = Model("other:latest")
    server.script = lambda body: says("junk")
    run(server)
    assert "ollama/other:latest@" in choose(config.load(), None)[0]


def choose(settings: config.Settings, model: str | None) -> tuple[str, str]:
    chosen, notice = summarizer_choice.choose_summarizer_now(settings, model, None, None, lambda: None)  # type: ignore[arg-type]
    return chosen.identity, notice.code if notice else ""


def test_a_model_that_does_not_fit_into_memory_fails_its_trial(
    server: OllamaServer, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(OLLAMA_HOST=server.host, OLLAMA_RETRIES=0)
    server.script = lambda body: Reply(
        status=500, late_error="model requires more system memory (9.1 GiB) than is available (2.0 GiB)"
    )
    trial = run(server)
    assert (trial.status, trial.seconds_a_minute) == (Status.DONE, None)
    assert trial.problems


def test_an_ollama_that_is_away_says_nothing_about_the_model(
    server: OllamaServer, settings_of: Callable[..., config.Settings]
) -> None:
    digest = digest_of(server)
    settings_of(OLLAMA_HOST="http://127.0.0.1:9", OLLAMA_RETRIES=0)
    trial = run(server)
    assert (trial.status, trial.code, trial.problems) == (Status.FAILED, "ollama_unreachable", "")
    assert "recap" not in trial.message
    assert digest not in model_trials.failed_digests()


def test_a_model_that_was_replaced_meanwhile_is_not_taken_for_the_same(server: OllamaServer) -> None:
    model_trials.request("0" * 64, "recap:latest", utc_now())
    assert trial_runner.run_next("gpu", config.load(), mmap.mmap(-1, 1))
    trial = model_trials.find("0" * 64)
    assert trial is not None
    assert trial.message == "Ollama no longer has this recap:latest."


def test_a_worker_that_leaves_gives_the_trial_back(server: OllamaServer) -> None:
    assert run(server, stop=1).status == Status.QUEUED


def test_a_trial_that_is_cancelled_ends(server: OllamaServer) -> None:
    digest = digest_of(server)

    def cancel(body: Body) -> Reply:
        model_trials.cancel(digest, utc_now())
        return Reply(("{",) * 40, pause=0.1)

    server.script = cancel
    assert run(server).status == Status.CANCELLED


def test_a_trial_that_takes_too_long_is_ended_and_says_so(
    server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_runner, "MOST_SECONDS", 0.5)
    server.script = lambda body: Reply(("{",) * 100, pause=0.1)
    trial = run(server)
    assert (trial.status, trial.problems) == (Status.DONE, trial_runner.TOO_SLOW)


def test_nothing_happens_where_no_trial_waits(server: OllamaServer) -> None:
    assert not trial_runner.run_next("gpu", config.load(), mmap.mmap(-1, 1))
