"""Whole jobs that share one GPU with Ollama, in this process; the driver's reading is the stand-in's."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from support.helpers import wait_until
from support.ollama_answers import quotes_first_line
from support.ollama_jobs import recap_of, rewrite, upload
from support.ollama_server import Body, OllamaServer, Reply
from support.worker_jobs import work

import config
from core.database.tables import User
from workers.engine_cache import EngineCache, engines
from workers.gpu_memory import GpuMemory

pytestmark = [pytest.mark.usefixtures("sqlite", "fresh_engines"), pytest.mark.speech]
SPEECH_BYTES = 5_000_000
DOWN = Reply(status=500, late_error="CUDA error")


@pytest.fixture
def warm(server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> EngineCache:
    """This process' engines as if they shared a GPU of 10 MB with Ollama; the demo recogniser needs about 9."""
    found = engines(os.getpid())
    server.memory.total = 10_000_000
    monkeypatch.setattr("core.speech_memory.DIARIZATION_BYTES", 1_000_000)
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
