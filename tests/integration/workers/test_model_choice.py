"""Which speech model a worker takes, and where it says why."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

import config
from core import worker_register
from core.clock import utc_now
from core.models_in_use import find_models_in_use
from core.speech_memory import MemoryBudget
from core.speech_models import DEMO_FOLDER
from webapp.cli.doctor_checks import CHECKS
from workers import sweeper
from workers.engine_cache import EngineCache, engines, identify

pytestmark = pytest.mark.usefixtures("sqlite", "fresh_engines")
Settings = Callable[..., config.Settings]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """MODELS_DIR with two models: the demo recogniser under other names, one of them larger."""
    for name in ("small", "large"):
        shutil.copytree(DEMO_FOLDER / "whisper-demo-en", tmp_path / "models" / name)
    with (tmp_path / "models" / "large" / "model.bin").open("r+b") as weights:
        weights.truncate(1_000_000_000)
    return tmp_path / "models"


def test_the_reason_goes_into_log_provenance_register_and_doctor(
    installed: Path, settings_of: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_of(MODELS_DIR=installed, GPU_AVAILABLE="false")
    cache = engines(os.getpid())
    with caplog.at_level(logging.INFO):
        engine = cache.recognizer()[1]
    why = cache.choose_whisper().why
    assert why.startswith("the largest installed one that fits and is quick without a GPU: it needs ")
    assert engine.name.endswith(", small")
    assert engine.settings == f"beam 5, batch 8, int8 on cpu; {why}"
    assert f"speech is recognised by small: {why}" in caplog.text
    sweeper.report(["gpu"], "no GPU: CPU int8", cache.describe())
    in_use = find_models_in_use(settings)
    assert (in_use.by_worker, in_use.whisper, in_use.why) == (True, "small", why)
    assert in_use.budget == cache.budget
    line = CHECKS["speech models"](settings)
    assert why in line.state or "diarization" in line.fix


def test_the_newest_worker_speaks_for_the_models(settings_of: Settings) -> None:
    now = utc_now()
    for name, age in (("old", 40), ("new", 1), ("older", 50)):
        found = worker_register.WorkerModels(whisper=name)
        worker_register.report(name, ("gpu",), "CPU", found, now - timedelta(seconds=age))
    assert find_models_in_use(settings_of(GPU_AVAILABLE="false")).whisper == "new"


def test_without_a_worker_the_choice_is_that_of_this_machine(installed: Path, settings_of: Settings) -> None:
    settings = settings_of(MODELS_DIR=installed, GPU_AVAILABLE="false")
    in_use = find_models_in_use(settings)
    assert (in_use.by_worker, in_use.whisper) == (False, "small")
    assert in_use.hint == "Install the speaker model with `flask models pull diarization`, then try again."


def test_memory_that_the_worker_itself_uses_does_not_change_its_choice(
    installed: Path, settings_of: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = SimpleNamespace(
        NVMLError=OSError, nvmlInit=lambda: None, nvmlShutdown=lambda: None, nvmlDeviceGetHandleByIndex=lambda index: 0,
        nvmlDeviceGetMemoryInfo=lambda handle: SimpleNamespace(total=8_000_000_000, free=8_000_000_000),
        nvmlDeviceGetName=lambda handle: "Test GPU", nvmlSystemGetDriverVersion=lambda: "570.1",
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pynvml", gpu)
    free = [7_000_000_000]
    cache = EngineCache(settings_of(MODELS_DIR=installed, OLLAMA_SHARES_GPU="false"), lambda: free[0])
    assert cache.choose_whisper().model.name == "large"
    free[0] = 1_000_000_000  # it is loaded
    assert cache.choose_whisper().model.name == "large"
    assert cache.budget == MemoryBudget(True, 7_000_000_000)


def test_a_model_that_is_installed_while_a_worker_runs_is_used_and_reported(
    tmp_path: Path, settings_of: Settings
) -> None:
    settings = settings_of(MODELS_DIR=tmp_path / "models", GPU_AVAILABLE="false")
    cache = EngineCache(settings)
    assert cache.describe().is_demo
    (tmp_path / "models" / ".partial").mkdir(parents=True)
    shutil.copytree(DEMO_FOLDER / "whisper-demo-en", tmp_path / "models" / ".partial" / "whisper")
    assert cache.describe().is_demo  # half a model is none
    (tmp_path / "models" / ".partial" / "whisper").rename(tmp_path / "models" / "whisper")
    assert (cache.describe().whisper, cache.describe().is_demo) == ("whisper", False)


def test_the_list_of_a_models_files_does_not_change_what_it_is(tmp_path: Path) -> None:
    shutil.copytree(DEMO_FOLDER / "whisper-demo-en", tmp_path / "whisper")
    before = identify(tmp_path / "whisper")
    (tmp_path / "whisper" / "realrecap-model.json").write_text("{}")
    assert identify(tmp_path / "whisper") == before


def test_a_worker_of_an_earlier_version_is_understood(settings_of: Settings) -> None:
    worker_register.report("old", ("gpu",), "CPU", worker_register.WorkerModels(whisper="small"), utc_now())
    assert find_models_in_use(settings_of(GPU_AVAILABLE="false")).whisper == "small"
