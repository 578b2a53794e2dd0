"""How much memory models need, what is free, and which model is chosen by that."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.ollama_server import OllamaServer

import config
from core import speech_memory, speech_models
from core.speech_memory import MemoryBudget, measure, needed_bytes
from model_store.catalogue import WHISPER_MODELS, recommend_whisper

GB = 1_000_000_000
Settings = Callable[..., config.Settings]


def install(folder: Path, *names: str) -> None:
    """Models of the right size that take no room on the disk."""
    for known in (one for one in WHISPER_MODELS if one.name in names):
        (folder / known.name).mkdir(parents=True)
        (folder / known.name / "config.json").write_text("{}")
        with (folder / known.name / "model.bin").open("wb") as file:
            file.truncate(known.size_bytes)


def choose(settings: config.Settings, gb: float | None, on_gpu: bool = True) -> tuple[str, str]:
    budget = MemoryBudget(on_gpu, None if gb is None else int(gb * GB))
    choice = speech_models.choose_whisper(settings, budget)
    return choice.model.name, choice.why


def test_on_a_gpu_the_largest_model_that_fits_is_used(tmp_path: Path, settings_of: Settings) -> None:
    install(tmp_path, "large-v3", "large-v3-turbo", "small")
    settings = settings_of(MODELS_DIR=tmp_path)
    assert choose(settings, 23.5) == (
        "large-v3", "the largest installed one that fits: it needs 6.9 GB of 23.5 GB of free GPU memory",
    )  # fmt: skip
    assert choose(settings, 6.0)[0] == "large-v3-turbo"
    assert choose(settings, 4.5)[0] == "small"
    assert choose(settings, 2.0) == (
        "small", "the smallest installed one; it needs 4.3 GB, and there is 2.0 GB of free GPU memory",
    )  # fmt: skip
    assert choose(settings, None)[0] == "large-v3"


def test_without_a_gpu_a_small_model_is_used_as_far_as_one_is_installed(tmp_path: Path, settings_of: Settings) -> None:
    install(tmp_path, "large-v3", "large-v3-turbo", "small", "base")
    settings = settings_of(MODELS_DIR=tmp_path)
    assert choose(settings, 12, on_gpu=False) == (
        "small",
        "the largest installed one that fits and is quick without a GPU: it needs 3.6 GB of 12.0 GB of free memory",
    )
    assert choose(settings, 3.2, on_gpu=False)[0] == "base"
    only_large = settings_of(MODELS_DIR=tmp_path / "large")
    install(tmp_path / "large", "large-v3", "large-v3-turbo")
    assert choose(only_large, 12, on_gpu=False) == (
        "large-v3-turbo", "the smallest installed one; without a GPU it is slow (12.0 GB of free memory)",
    )  # fmt: skip


def test_a_named_model_is_used_whatever_its_size(tmp_path: Path, settings_of: Settings) -> None:
    install(tmp_path, "large-v3", "small")
    settings = settings_of(MODELS_DIR=tmp_path, WHISPER_MODEL="large-v3")
    assert choose(settings, 1) == ("large-v3", "named in WHISPER_MODEL")


def test_options_that_save_memory_count(settings_of: Settings) -> None:
    usual = needed_bytes(3_090_000_000, settings_of(), on_gpu=True)
    int8 = needed_bytes(3_090_000_000, settings_of(WHISPER_COMPUTE_TYPE="int8_float16"), on_gpu=True)
    alone = needed_bytes(3_090_000_000, settings_of(DIARIZATION_MODEL="none"), on_gpu=True)
    assert alone < int8 < usual


def test_what_is_needed_follows_the_measurements(settings_of: Settings) -> None:
    """faster-whisper's README: large-v2 on a GPU and small on a CPU, both with batches of 8."""
    settings = settings_of(DIARIZATION_MODEL="none")
    assert needed_bytes(3_090_000_000, settings, on_gpu=True) == pytest.approx(6.1e9, rel=0.05)
    assert needed_bytes(484_000_000, settings, on_gpu=False) == pytest.approx(3.6e9, rel=0.05)


def test_the_model_to_install_follows_the_memory(settings_of: Settings) -> None:
    def recommend(gb: float, on_gpu: bool) -> str:
        return recommend_whisper(settings_of(), MemoryBudget(on_gpu, int(gb * GB))).model.name

    assert [recommend(gb, True) for gb in (80, 8, 5.5, 4.5, 1)] == ["large-v3-turbo"] * 3 + ["small", "tiny"]
    assert [recommend(gb, False) for gb in (16, 6, 4, 3.2, 1)] == ["large-v3-turbo"] * 2 + ["small", "base", "tiny"]


def driver(total: float, free: float) -> SimpleNamespace:
    """A driver with one GPU, in the words of pynvml."""
    return SimpleNamespace(
        NVMLError=OSError,
        nvmlInit=lambda: None,
        nvmlShutdown=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetMemoryInfo=lambda handle: SimpleNamespace(total=int(total * GB), free=int(free * GB)),
        nvmlDeviceGetName=lambda handle: "Test GPU",
        nvmlSystemGetDriverVersion=lambda: "570.1",
    )


def test_memory_that_others_use_is_not_free_but_ollamas_is(
    ollama: OllamaServer, settings_of: Settings, monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", driver(24, 10))
    settings = settings_of(OLLAMA_HOST=ollama.host)
    assert measure(settings) == MemoryBudget(True, 10 * GB)
    ollama.memory.load("recap:latest", 4096, 6 * GB)
    assert measure(settings) == MemoryBudget(True, 16 * GB)
    assert measure(settings_of(OLLAMA_SHARES_GPU="false")) == MemoryBudget(True, 10 * GB)
    assert measure(settings_of(WHISPER_DEVICE="cpu")).on_gpu is False
    assert measure(settings_of(GPU_AVAILABLE="false")).on_gpu is False


def test_a_container_has_no_more_than_its_limit(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("4000000000\n")
    (tmp_path / "memory.current").write_text("3000000000\n")
    (tmp_path / "memory.stat").write_text("anon 1000000000\ninactive_file 1500000000\n")
    assert speech_memory._read_cgroup(tmp_path) == 2_500_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert speech_memory._read_cgroup(tmp_path) is None
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:    2000 kB\n")
    assert speech_memory._read_meminfo(tmp_path / "meminfo") == 2_048_000
    assert str(MemoryBudget(False, None)) == "memory of unknown size"
