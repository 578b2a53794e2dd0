"""Whole jobs with an Ollama that is away, fails, rests, is slow, comes back, in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import update
from support.helpers import free_port, wait_until
from support.listening import forbid_listening
from support.ollama_answers import quotes_first_line
from support.ollama_jobs import notice_of, pdf_of, recap_of, rewrite, upload
from support.ollama_server import Body, Model, OllamaServer, Reply, Script, says
from support.worker_jobs import get, work

import config
from core import ollama_circuit
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording, Status, User
from core.jobs import transitions
from core.recordings import queries
from workers import job_monitor

pytestmark = [pytest.mark.usefixtures("sqlite", "fresh_engines"), pytest.mark.speech]
DOWN = Reply(status=500, late_error="CUDA error")


def test_a_recap_of_quotes_becomes_one_by_ollama_once_it_is_back(
    owner: User, settings_of: Callable[..., config.Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    settings_of(OLLAMA_HOST=f"http://127.0.0.1:{port}")
    recording_id = upload(owner)
    work()
    assert recap_of(recording_id).summary.engine == "extractive"
    assert "Ollama did not answer. Start Ollama" in notice_of(recording_id)
    before = pdf_of(recording_id)
    forbid_listening(monkeypatch)
    with OllamaServer(Model("recap"), port=port) as server:
        server.script = quotes_first_line
        rewrite(recording_id)
    recap = recap_of(recording_id)
    assert (recap.summary.engine, recap.summary.model) == ("ollama", "recap:latest")
    assert notice_of(recording_id) == ""
    assert [one.code for one in recap.warnings] == ["demo_models"]
    assert pdf_of(recording_id) != before


def fails_on_its_first_line() -> Script:
    """A model that gives no answer about the first line that it was shown."""
    shown: list[str] = []

    def script(body: Body) -> Reply:
        shown.append(str(body["messages"][1]["content"]).splitlines()[1])
        return says("junk") if shown[0] in str(body["messages"][1]["content"]) else quotes_first_line(body)

    return script


def test_what_the_model_could_not_read_is_named_in_the_coverage(owner: User, server: OllamaServer) -> None:
    server.script = fails_on_its_first_line()
    recording_id = upload(owner, "standup.wav")
    work()
    recap = recap_of(recording_id)
    (window,) = recap.coverage.not_summarized
    assert window.start == recap.transcript.segments[0].start
    assert 0 < recap.coverage.summarized_seconds < recap.coverage.speech_seconds
    assert recap.coverage.transcribed_seconds == recap.coverage.speech_seconds
    assert "The transcript has it." in notice_of(recording_id, "summary_incomplete")
    assert get(recording_id).facts["coverage"]["failed_windows"][0]["code"] == "not_summarized"


def test_a_recap_that_left_something_out_is_asked_for_anew_and_a_whole_one_is_kept(
    owner: User, server: OllamaServer
) -> None:
    server.script = fails_on_its_first_line()
    recording_id = upload(owner, "standup.wav")
    work()
    server.script = quotes_first_line
    rewrite(recording_id)
    assert recap_of(recording_id).coverage.not_summarized == ()
    assert notice_of(recording_id, "summary_incomplete") == ""
    asked = len(server.chats)
    rewrite(recording_id)
    assert len(server.chats) == asked


def test_the_list_of_stages_says_how_the_model_was_loaded(owner: User, server: OllamaServer) -> None:
    server.models["recap:latest"].size, server.memory.total = 8_000, 6_000
    recording_id = upload(owner)
    work()
    (stage,) = [one for one in recap_of(recording_id).stages if one.stage == "summary"]
    assert stage.settings == "template meeting, window 8,192, 25% on the CPU"


def test_after_five_failures_in_a_row_jobs_ask_no_more_until_somebody_does(owner: User, server: OllamaServer) -> None:
    server.plays(DOWN)
    failing = [upload(owner) for _ in range(5)]
    work()
    assert len(server.chats) == 5
    assert all("Ollama reported an error: “CUDA error”" in notice_of(one) for one in failing)
    until = ollama_circuit.open_until(server.host, utc_now())
    assert until is not None

    resting = upload(owner)
    begun = time.monotonic()
    work()
    assert time.monotonic() - begun < 10
    assert len(server.chats) == 5, "Ollama was asked while it rests"
    assert f"failed several times in a row and is paused until {until:%H:%M} UTC" in notice_of(resting)

    rewrite(resting)
    assert len(server.chats) == 6
    assert ollama_circuit.read_circuit(server.host, utc_now()).state == "open"

    server.script = quotes_first_line
    rewrite(resting)
    assert recap_of(resting).summary.engine == "ollama"
    assert ollama_circuit.read_circuit(server.host, utc_now()).state == "closed"


def test_a_broken_model_of_one_users_choice_leaves_ollama_to_all_others(owner: User, server: OllamaServer) -> None:
    server.models["broken:latest"] = Model("broken:latest")
    server.script = lambda body: DOWN if body["model"].startswith("broken") else quotes_first_line(body)
    for number in range(6):
        asked = queries.get(upload(owner))
        assert asked is not None
        with write() as session:
            session.execute(update(Recording).where(Recording.id == asked.id).values(model="broken"))
        work()
        assert "Ollama reported an error" in notice_of(asked.id), number
    assert ollama_circuit.read_circuit(config.load().ollama_host, utc_now()).state == "closed"
    other = upload(owner)
    work()
    assert recap_of(other).summary.engine == "ollama"


def test_a_failure_that_passes_is_waited_for_within_the_job(
    owner: User, server: OllamaServer, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(OLLAMA_RETRIES=1)
    replies = [Reply(status=503)]
    server.script = lambda body: replies.pop() if replies else quotes_first_line(body)
    recording_id = upload(owner)
    work()
    assert recap_of(recording_id).summary.engine == "ollama"
    assert ollama_circuit.read_circuit(server.host, utc_now()).failures == 0


@pytest.mark.parametrize("silent", [True, False], ids=["while Ollama is silent", "between two tries"])
def test_a_cancelled_job_lets_go_of_ollama_at_once(
    owner: User, server: OllamaServer, settings_of: Callable[..., config.Settings], silent: bool
) -> None:
    settings_of(OLLAMA_RETRIES=8)
    server.plays(Reply(("x",), first_pause=60) if silent else Reply(status=503))
    recording_id = upload(owner)
    worker = threading.Thread(target=work)
    worker.start()
    wait_until(lambda: len(server.chats) >= (1 if silent else 2), 60)
    transitions.cancel(recording_id, utc_now())
    begun = time.monotonic()
    worker.join(10)
    assert time.monotonic() - begun < 15
    assert get(recording_id).job.status == Status.CANCELLED


def test_a_summary_that_takes_for_ever_is_left_out_and_the_recap_is_done(
    owner: User, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.plays(Reply(("x",), first_pause=60))
    enter = job_monitor.JobMonitor.enter

    def enter_late(self: job_monitor.JobMonitor, stage: str) -> None:
        enter(self, stage)
        if stage == "summarize" and not self.claim.skip:
            self._deadline = time.monotonic() + 1

    monkeypatch.setattr(job_monitor.JobMonitor, "enter", enter_late)
    recording_id = upload(owner)
    work()
    assert get(recording_id).job.status == Status.DONE
    assert recap_of(recording_id).summary.engine == "extractive"
    assert "took far too long" in notice_of(recording_id)
