"""A GPU that is there but cannot be used is an error with its fix, in `flask doctor` and at the worker's start."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pynvml
import pytest
from support.helpers import ROOT
from support.nvml import plug_in, put_driver

import config
from core import gpu_check, worker_register
from core.clock import utc_now
from core.problems import Problem
from core.worker_register import WorkerModels
from pipeline.errors import InternalError
from webapp.cli.check_result import CheckResult
from workers.engine_cache import EngineCache

Doctor = Callable[[str], CheckResult]
Settings = Callable[..., config.Settings]


@pytest.fixture(autouse=True)
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The PCI bus, with nothing plugged in."""
    monkeypatch.setattr(gpu_check, "PCI_DEVICES", tmp_path / "pci")
    return tmp_path / "pci"


@pytest.fixture
def cuda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Decides what the program that loads CUDA's libraries finds."""
    (tmp_path / "root" / "pipeline").mkdir(parents=True)

    def find(fault: str) -> None:
        (tmp_path / "root" / "pipeline" / "cuda_check.py").write_text(f"print({fault!r})\n")
        monkeypatch.setattr(config, "ROOT", tmp_path / "root")

    return find


def test_a_gpu_that_works_is_described(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, cuda: Callable[[str], None]
) -> None:
    put_driver(monkeypatch)
    cuda("")
    found = doctor("gpu")
    assert (found.level, found.state) == ("ok", "Test GPU, 20 GB of 24 GB free, driver 570.1, CUDA can be loaded")


def test_a_machine_without_a_gpu_has_no_problem(doctor: Doctor, bus: Path) -> None:
    plug_in(bus, vendor="0x8086")
    assert doctor("gpu").state == "none in this machine"


def test_a_card_without_its_driver_is_an_error(doctor: Doctor, bus: Path, settings_of: Settings) -> None:
    plug_in(bus, kind="0x030200")
    found = doctor("gpu")
    assert (found.level, found.state) == ("error", "an NVIDIA GPU is in this machine, but its driver is not here")
    assert "apt install nvidia-driver" in str(found.fix)
    assert "GPU_AVAILABLE" in str(found.fix)
    settings_of(GPU_AVAILABLE="false")
    assert (doctor("gpu").level, doctor("gpu").state) == ("ok", "left alone: GPU_AVAILABLE is false")


def test_a_gpu_that_only_the_settings_know_is_an_error(doctor: Doctor, settings_of: Settings) -> None:
    settings_of(GPU_AVAILABLE="true")
    assert doctor("gpu").state == "the settings name a GPU, but there is no NVIDIA driver"
    settings_of(GPU_AVAILABLE="auto", WHISPER_DEVICE="cuda")
    assert doctor("gpu").level == "error"
    settings_of(WHISPER_DEVICE="auto")
    assert doctor("gpu").level == "ok"


@pytest.mark.parametrize(
    ("code", "state", "fix"),
    [
        (pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH, "the NVIDIA driver was updated", "Restart the machine"),
        (pynvml.NVML_ERROR_DRIVER_NOT_LOADED, "the NVIDIA driver is installed, but not loaded", "modprobe nvidia"),
        (pynvml.NVML_ERROR_NO_PERMISSION, "this user may not use the GPU", "/dev/nvidia*"),
        (pynvml.NVML_ERROR_GPU_IS_LOST, "the GPU has stopped working", "Restart"),
        (pynvml.NVML_ERROR_UNKNOWN, "the NVIDIA driver does not answer", "nvidia-smi"),
    ],
)
def test_a_driver_that_fails_is_named_with_its_fix(
    doctor: Doctor, bus: Path, monkeypatch: pytest.MonkeyPatch, code: int, state: str, fix: str
) -> None:
    plug_in(bus)
    put_driver(monkeypatch, error=code)
    found = doctor("gpu")
    assert (found.level, found.state.startswith(state), fix in str(found.fix)) == ("error", True, True)


def test_a_driver_left_behind_without_its_card_is_no_problem(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    put_driver(monkeypatch, error=pynvml.NVML_ERROR_DRIVER_NOT_LOADED)
    assert doctor("gpu").level == "ok"


def test_a_driver_that_shows_no_gpu_is_named(doctor: Doctor, bus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(bus)
    put_driver(monkeypatch, cards=0)
    assert doctor("gpu").state == "the NVIDIA driver runs, but shows no GPU"


def test_cuda_libraries_that_cannot_be_loaded_are_named(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, cuda: Callable[[str], None]
) -> None:
    put_driver(monkeypatch)
    cuda("libcublas.so.12 cannot be loaded")
    found = doctor("gpu")
    assert (found.level, found.state) == ("error", "the GPU cannot be used: libcublas.so.12 cannot be loaded")
    cuda("")
    assert doctor("gpu").level == "ok"


def test_the_check_of_cuda_loads_what_the_engine_loads() -> None:
    """On a machine without a driver, its library is what is missing; all before it was found."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cuda_check"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with suppress(OSError):
        ctypes.CDLL("libcuda.so.1")
        pytest.skip("this machine has a driver")
    assert done.stdout.strip() == "libcuda.so.1 cannot be loaded"


def test_who_else_uses_the_gpu_is_told(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, cuda: Callable[[str], None]
) -> None:
    cuda("")
    users = {4194301: ("/usr/local/bin/ollama", 6_000_000_000), 4194302: ("python train.py", 1_000_000_000)}
    put_driver(monkeypatch, processes=users)
    found = doctor("gpu")
    assert (found.level, found.fix) == ("ok", None)
    assert "ollama (process 4194301, 6.0 GB), python (process 4194302, 1.0 GB)" in found.state
    put_driver(monkeypatch, processes={4194302: ("python train.py", 9_000_000_000)})
    assert (doctor("gpu").level, "ps 4194302" in str(doctor("gpu").fix)) == ("warning", True)
    put_driver(monkeypatch)
    assert doctor("gpu").level == "ok"


def test_a_process_of_our_own_worker_is_not_somebody_else(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, cuda: Callable[[str], None]
) -> None:
    cuda("")
    put_driver(monkeypatch, processes={os.getpid(): ("python", 9_000_000_000)})
    assert doctor("gpu").level == "warning"
    worker_register.report(f"here:{os.getppid()}:gpu", ("gpu",), "Test GPU", WorkerModels(), utc_now())
    found = doctor("gpu")
    assert (found.level, "also used" in found.state) == ("ok", False)


def test_what_the_worker_says_of_its_gpu_counts_where_there_is_none_here(doctor: Doctor, bus: Path) -> None:
    """The web server's container sees the card, but has no driver."""
    plug_in(bus)
    device = "Test GPU, 24 GB, driver 570.1"
    worker_register.report("there:7:gpu", ("gpu",), device, WorkerModels(), utc_now(), utc_now())
    assert (doctor("gpu").level, doctor("gpu").state) == ("ok", device)
    broken = Problem("its GPU is on strike", "Pay it.")
    worker_register.report("there:7:gpu", ("gpu",), device, WorkerModels(), utc_now(), utc_now(), broken)
    assert doctor("gpu") == CheckResult("gpu", "error", "its GPU is on strike", "Pay it.")


def test_a_driver_that_breaks_while_the_worker_runs_fails_the_job_and_does_not_turn_to_the_cpu(
    sqlite: str, bus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_driver(monkeypatch, error=pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH)
    engines = EngineCache(config.load())
    for engine in (engines.recognizer, engines.diarizer):
        with pytest.raises(InternalError) as caught:
            engine()
        assert "the old one still runs" in caught.value.message
        assert "Restart the machine" in caught.value.hint
    plug_in(bus)
    put_driver(monkeypatch, error=pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)
    assert EngineCache(config.load()).recognizer()[1].settings.startswith("beam 5, batch 8, int8 on cpu")


def test_a_worker_whose_gpu_cannot_be_used_does_not_start(sqlite: str, data_dir: Path) -> None:
    start = [sys.executable, "-m", "celery", "--quiet", "-A", "run.celery", "worker", "-Q", "gpu", "--concurrency=1"]
    environment = {**os.environ, "DATA_DIR": str(data_dir), "GPU_AVAILABLE": "true"}
    done = subprocess.run(start, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 1
    assert "The settings name a GPU, but there is no NVIDIA driver. Install the driver." in done.stderr
    assert "Traceback" not in done.stderr
