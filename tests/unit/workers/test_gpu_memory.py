"""Speech models and Ollama on one GPU. The driver's reading is the stand-in's; all else is real."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from support.helpers import free_port
from support.ollama_server import Model, OllamaServer

import config
from core.ollama_placement import is_this_machine, shares_gpu
from core.speech_memory import DIARIZATION_BYTES, whisper_weight_bytes, whisper_work_bytes
from pipeline.errors import Cancelled
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.model_memory import SPARE_BYTES, ModelMemory
from workers import gpu_memory
from workers.gpu_memory import GpuMemory

GB = 10**9
LLAMA = ModelMemory("recap:latest", 5 * GB, 131_072)


def nothing() -> None:
    """Nobody follows the wait."""


@dataclass
class Speech:
    """Speech models that take memory of the stand-in's GPU."""

    server: OllamaServer
    size: int = 0
    wanted: int = 7 * GB

    def load(self) -> None:
        self.size = self.wanted
        self.server.memory.taken += self.size

    def are_loaded(self) -> bool:
        return self.size > 0

    def unload(self) -> None:
        self.server.memory.taken -= self.size
        self.size = 0

    def missing_bytes(self) -> int:
        return 0 if self.size else self.wanted


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    """An Ollama with two models on a GPU of 16 GB."""
    models = (Model("recap:latest", size=5 * GB, bytes_per_token=131_072), Model("other:latest", size=3 * GB))
    with OllamaServer(*models) as running:
        running.memory.total = 16 * GB
        yield running


@pytest.fixture
def memory(server: OllamaServer) -> GpuMemory:
    return GpuMemory(server.host, lambda: server.memory.free)


# before a transcription


def test_where_memory_is_short_ollamas_models_go_and_are_waited_for(server: OllamaServer, memory: GpuMemory) -> None:
    server.memory.load("recap:latest", 8192, 6 * GB)
    server.memory.load("other:latest", 4096, 4 * GB)
    server.memory.unload_seconds = 0.7
    begun = time.monotonic()
    memory.make_room_for_speech(7 * GB, nothing)
    assert time.monotonic() - begun > 0.6
    assert server.running == {}
    assert server.memory.free == 16 * GB


def test_where_there_is_room_ollama_keeps_its_model(server: OllamaServer, memory: GpuMemory) -> None:
    server.memory.load("recap:latest", 8192, 6 * GB)
    memory.make_room_for_speech(7 * GB, nothing)
    assert server.running == {"recap:latest": 8192}


def test_a_model_on_the_cpu_is_left_alone(server: OllamaServer, memory: GpuMemory) -> None:
    server.memory.taken = 16 * GB
    server.memory.load("recap:latest", 8192, 6 * GB)
    memory.make_room_for_speech(7 * GB, nothing)
    assert server.running == {"recap:latest": 8192}


def test_a_model_that_stays_is_waited_for_only_so_long(
    server: OllamaServer, memory: GpuMemory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gpu_memory, "UNLOAD_SECONDS", 0.5)
    server.memory.load("recap:latest", 8192, 12 * GB)
    server.memory.refuses_to_unload = True
    begun = time.monotonic()
    memory.make_room_for_speech(7 * GB, nothing)
    assert time.monotonic() - begun < 15
    assert "Ollama still holds recap:latest" in caplog.text


def test_who_cancels_ends_the_wait_for_memory(server: OllamaServer, memory: GpuMemory) -> None:
    def stop() -> None:
        raise Cancelled

    server.memory.load("recap:latest", 8192, 12 * GB)
    server.memory.unload_seconds = 20
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        memory.make_room_for_speech(7 * GB, stop)
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("free", [None, 0], ids=["driver silent", "Ollama away"])
def test_without_a_reading_or_without_ollama_the_job_goes_on(free: int | None) -> None:
    GpuMemory(f"http://127.0.0.1:{free_port()}", lambda: free).make_room_for_speech(7 * GB, nothing)


# before a summary


def test_beside_speech_models_that_leave_enough_room_the_language_model_is_loaded_and_stays(
    server: OllamaServer, memory: GpuMemory
) -> None:
    speech = Speech(server)
    speech.load()
    room = memory.make_room_for_summary(LLAMA, 8192, speech)
    assert speech.are_loaded()
    assert room.may_stay_loaded
    assert 8192 <= room.window < 32768


def test_speech_models_make_room_for_a_window_that_does_not_fit_beside_them(
    server: OllamaServer, memory: GpuMemory
) -> None:
    speech = Speech(server)
    speech.load()
    room = memory.make_room_for_summary(LLAMA, 32768, speech)
    assert not speech.are_loaded()
    assert server.memory.free == 16 * GB
    assert room.window >= 32768
    assert not room.may_stay_loaded


def test_memory_that_other_models_of_ollama_hold_counts_as_free(server: OllamaServer, memory: GpuMemory) -> None:
    server.memory.load("other:latest", 4096, 9 * GB)
    speech = Speech(server, wanted=2 * GB)
    speech.load()
    room = memory.make_room_for_summary(LLAMA, 8192, speech)
    assert speech.are_loaded()
    assert room.window * LLAMA.bytes_per_token <= 14 * GB - LLAMA.size - SPARE_BYTES


def test_the_window_is_what_memory_allows_and_never_useless(server: OllamaServer, memory: GpuMemory) -> None:
    server.memory.total = 8 * GB
    room = memory.make_room_for_summary(LLAMA, 32768, Speech(server))
    assert 8192 <= room.window < 16384
    assert LLAMA.needs(room.window) <= 8 * GB < LLAMA.needs(room.window + 2048)
    server.memory.total = 4 * GB
    assert memory.make_room_for_summary(LLAMA, 32768, Speech(server)).window == gpu_memory.MIN_WINDOW


def test_without_a_reading_nothing_is_known_and_the_model_goes_at_the_end(server: OllamaServer) -> None:
    speech = Speech(server)
    speech.load()
    room = GpuMemory(server.host, lambda: None).make_room_for_summary(LLAMA, 8192, speech)
    assert speech.are_loaded()
    assert (room.window, room.may_stay_loaded) == (None, False)


def test_a_model_that_does_not_tell_its_cache_gets_no_limit(server: OllamaServer, memory: GpuMemory) -> None:
    speech = Speech(server, wanted=9 * GB)
    speech.load()
    room = memory.make_room_for_summary(ModelMemory("recap:latest", 6 * GB, None), 8192, speech)
    assert not speech.are_loaded()
    assert room.window is None


# what is needed


def test_whisper_needs_what_was_measured() -> None:
    """faster-whisper's README: large-v2, beam 5, 13 minutes on an RTX 3070 Ti; MB of GPU memory."""
    file_bytes = 3_090_000_000
    for kind, batch, measured in (("float16", 1, 4525), ("float16", 8, 6090), ("int8", 1, 2926), ("int8", 8, 4500)):
        told = whisper_weight_bytes(file_bytes, kind) + whisper_work_bytes(file_bytes, batch)
        assert told == pytest.approx(measured * 1e6, rel=0.06)


def test_pyannote_needs_what_lies_between_what_was_measured() -> None:
    assert pytest.approx(2.0e9 + 31 / 127 * (9.1e9 - 2.0e9), rel=0.03) == DIARIZATION_BYTES


# whose GPU


def test_ollama_shares_the_gpu_if_it_answers_at_an_address_of_this_machine(
    settings_of: Callable[..., config.Settings],
) -> None:
    assert all(is_this_machine(name) for name in ("127.0.0.1", "127.1.2.3", "::1", "localhost", socket.gethostname()))
    assert not any(is_this_machine(name) for name in ("203.0.113.7", "2001:db8::7"))
    assert not shares_gpu(settings_of(OLLAMA_HOST="http://gpu.invalid:11434"))
    assert shares_gpu(settings_of(OLLAMA_HOST="http://localhost:11434"))
    assert not shares_gpu(settings_of(OLLAMA_HOST="http://203.0.113.7:11434"))
    assert shares_gpu(settings_of(OLLAMA_SHARES_GPU="TRUE"))
    assert not shares_gpu(settings_of(OLLAMA_HOST="localhost", OLLAMA_SHARES_GPU="false"))


def test_the_official_client_sees_the_same_models(server: OllamaServer) -> None:
    server.memory.load("recap:latest", 8192, 20 * GB)
    with OllamaClient(server.host) as client:
        (one,) = client.running()
    assert (one.size, one.size_vram) == (20 * GB, 16 * GB)
