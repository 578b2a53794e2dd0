"""Whole jobs with an Ollama that is away, fails, rests, is slow, comes back, or shares the GPU; in this process."""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update
from support.factories import make_user
from support.helpers import SAMPLES, free_port, wait_until
from support.listening import forbid_listening
from support.ollama_answers import quotes_first_line
from support.ollama_server import Body, Model, OllamaServer, Reply, says

import config
from core import ollama_circuit
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording, Status, User
from core.jobs import claims, transitions
from core.jobs.queues import QUEUES
from core.recordings import queries, recaps
from core.recordings.options import UploadOptions
from core.storage.store import file_store
from core.uploads import intake
from core.uploads.intake import ArrivedFile
from pipeline.catalogue import Step
from pipeline.recap import Recap
from workers import job_monitor, step_runner
from workers.engine_cache import EngineCache, engines
from workers.gpu_memory import GpuMemory

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]
SPEECH_BYTES = 5_000_000
DOWN = Reply(status=500, late_error="CUDA error")


@pytest.fixture(autouse=True)
def fresh_engines() -> Iterator[None]:
    engines.cache_clear()
    yield
    engines.cache_clear()


@pytest.fixture
def owner() -> User:
    return make_user("ann")


@pytest.fixture
def server(settings_of: Callable[..., config.Settings]) -> Iterator[OllamaServer]:
    """An Ollama at OLLAMA_HOST that answers well until it is told otherwise."""
    with OllamaServer(Model("recap")) as running:
        settings_of(OLLAMA_HOST=running.host)
        running.script = quotes_first_line
        yield running


def upload(owner: User, sample: str = "ten-seconds.wav") -> str:
    """The same sample each time: only the first job has to listen to it."""
    incoming = file_store().new_incoming()
    shutil.copy(SAMPLES / sample, incoming)
    digest = hashlib.sha256(sample.encode()).hexdigest()
    return intake.take_in(owner, ArrivedFile(incoming, sample, 1, digest), UploadOptions(), utc_now()).id


def work() -> None:
    """Run steps until no job waits."""
    stop = mmap.mmap(-1, 1)
    while held := next(filter(None, (claims.claim(queue, "w", utc_now(), 60) for queue in QUEUES)), None):
        step_runner.run(held, config.load(), stop)


def get(recording_id: str) -> Recording:
    found = queries.get(recording_id)
    assert found is not None
    return found


def recap_of(recording_id: str) -> Recap:
    found = recaps.load_recap(recording_id)
    assert found is not None
    return found


def notice_of(recording_id: str, code: str = "ollama_unreachable") -> str:
    """The message of a warning and its hint; "" without it."""
    return next((f"{one['message']} {one['hint']}" for one in get(recording_id).warnings if one["code"] == code), "")


def pdf_of(recording_id: str) -> bytes:
    path = recaps.result_path(recording_id, "pdf", ".pdf")
    assert path is not None
    return path.read_bytes()


def rewrite(recording_id: str) -> None:
    """What the button and the API do."""
    ollama_circuit.allow_trial(config.load().ollama_host)
    assert transitions.retry(recording_id, utc_now(), step=Step.SUMMARIZE)
    work()


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
    assert (recap.summary.engine, recap.summary.title) == ("ollama", "By the model")
    assert notice_of(recording_id) == ""
    assert [one.code for one in recap.warnings] == ["demo_models"]
    assert pdf_of(recording_id) != before


def test_what_the_model_could_not_read_is_named_in_the_coverage(owner: User, server: OllamaServer) -> None:
    server.script = lambda body: says("junk") if "[s1]" in str(body["messages"]) else quotes_first_line(body)
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
    server.script = lambda body: says("junk") if "[s1]" in str(body["messages"]) else quotes_first_line(body)
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
    assert time.monotonic() - begun < 2
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


# one GPU for all: its driver's reading is the stand-in's


@pytest.fixture
def warm(server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> EngineCache:
    """This process' engines as if they shared a GPU of 10 MB with Ollama; the demo recogniser needs about 9."""
    found = engines(os.getpid())
    server.memory.total = 10_000_000
    monkeypatch.setattr("workers.gpu_memory.DIARIZATION_BYTES", 1_000_000)
    monkeypatch.setattr("pipeline.ollama.model_memory.SPARE_BYTES", 1_000_000)
    found.__dict__["shared_memory"] = GpuMemory(
        server.host, lambda: server.memory.free - SPEECH_BYTES * found.are_loaded()
    )
    return found


def test_ollamas_model_goes_before_a_transcription_and_the_speech_models_before_a_summary(
    owner: User, server: OllamaServer, warm: EngineCache
) -> None:
    server.models["recap:latest"].size = 6_000_000
    server.memory.load("recap:latest", 4096, 6_000_000)
    server.memory.unload_seconds = 0.5
    before_loading: list[tuple[bool, dict[str, int]]] = []
    during_chats: list[bool] = []

    def make_room() -> None:
        warm._make_room()
        before_loading.append((warm.are_loaded(), server.running))

    def answer(body: Body) -> Reply:
        during_chats.append(warm.are_loaded())
        return quotes_first_line(body)

    warm.recognizer()[0].before_load = warm.diarizer()[0].before_load = make_room
    server.script = answer
    recording_id = upload(owner)
    work()
    assert recap_of(recording_id).summary.engine == "ollama"
    assert before_loading == [(False, {}), (True, {})]
    assert during_chats == [False]
    wait_until(lambda: server.running == {})


def test_a_model_that_fits_beside_the_speech_models_stays_and_so_do_they(
    owner: User, server: OllamaServer, warm: EngineCache
) -> None:
    server.memory.total = 100_000_000
    server.models["recap:latest"].size = 6_000_000
    upload(owner)
    work()
    assert warm.are_loaded()
    assert server.running == {"recap:latest": 8192}


def test_an_ollama_on_a_machine_of_its_own_keeps_its_model_for_the_next_job(
    owner: User, server: OllamaServer, settings_of: Callable[..., config.Settings]
) -> None:
    upload(owner)
    work()
    assert server.running == {}
    settings_of(OLLAMA_SHARES_GPU="false")
    engines.cache_clear()
    server.models["recap:latest"].created_from = {"changed": True}  # another model, or the summary is found
    upload(owner)
    work()
    assert server.running == {"recap:latest": 8192}


def test_a_recap_written_again_loads_no_speech_model_and_keeps_ollamas(
    owner: User, server: OllamaServer, warm: EngineCache
) -> None:
    server.plays(DOWN)
    recording_id = upload(owner)
    work()
    warm.unload()
    server.script = quotes_first_line
    server.memory.load("recap:latest", 8192, 6_000_000)
    rewrite(recording_id)
    assert recap_of(recording_id).summary.engine == "ollama"
    assert not warm.are_loaded()


def test_the_window_is_what_the_gpu_has_room_for(owner: User, server: OllamaServer, warm: EngineCache) -> None:
    model = server.models["recap:latest"]
    model.size = 3_000_000
    architecture = {"block_count": 1, "embedding_length": 64, "attention.head_count": 1}
    model.info = {f"llama.{name}": value for name, value in architecture.items()}  # 256 bytes a token
    server.memory.total = 1_000_000 + 3_000_000 + 256 * 5000
    upload(owner)
    work()
    assert server.chats[-1]["options"]["num_ctx"] == 4096
