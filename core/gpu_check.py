"""Whether the GPU that is in this machine can be used, and what to do if not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import config
from core import gpu
from core.problems import Problem
from pipeline.errors import InternalError

PCI_DEVICES = Path("/sys/bus/pci/devices")
NVIDIA, DISPLAY = "0x10de", "0x03"
CUDA_SECONDS = 120.0
_OR_CPU = "To use the CPU instead, set GPU_AVAILABLE to false."
#: Maybe nobody wants it used, as on a laptop or in a container for other work: the one problem that stops no worker.
NO_DRIVER = Problem(
    "an NVIDIA GPU is in this machine, but its driver is not here",
    "Install it (`sudo apt install nvidia-driver`) and restart; in Docker, install the NVIDIA Container Toolkit and "
    f"use `--gpus all`. {_OR_CPU}",
)
_NO_GPU = Problem("the settings name a GPU, but there is no NVIDIA driver", f"Install the driver. {_OR_CPU}")
_UNSEEN = Problem(
    "the NVIDIA driver runs, but shows no GPU",
    f"Run `nvidia-smi -L`: it must list the GPU. In Docker, use `--gpus all`. {_OR_CPU}",
)
_NOT_LOADED = Problem(
    "the NVIDIA driver is installed, but not loaded",
    f"Run `sudo modprobe nvidia`; if that fails, `sudo dmesg | grep -i nvidia` says why. {_OR_CPU}",
)
_MISMATCH = Problem("the NVIDIA driver was updated, but the old one still runs", f"Restart the machine. {_OR_CPU}")
_FORBIDDEN = Problem(
    "this user may not use the GPU", f"Let it: `ls -l /dev/nvidia*` shows who may, often the group `video`. {_OR_CPU}"
)
_LOST = Problem(
    "the GPU has stopped working", f"Restart the machine; `sudo dmesg | grep -i xid` tells of its errors. {_OR_CPU}"
)
_BROKEN = Problem("the NVIDIA driver does not answer", f"Run `nvidia-smi`: it says why. {_OR_CPU}")


def find_problem(settings: config.Settings) -> Problem | None:
    """Why the GPU cannot be used; None if it can, if there is none, or if the settings leave it alone.

    Takes some seconds where there is one: the libraries of CUDA are loaded.
    """
    return find_driver_problem(settings) or (_try_cuda() if gpu.find_gpu(settings) else None)


def find_driver_problem(settings: config.Settings) -> Problem | None:
    """Why the driver does not offer the GPU, asked at once; None as above."""
    if settings.gpu_available == "false" or settings.whisper_device == "cpu":
        return None
    try:
        import pynvml
    except ImportError:  # the web server is installed without it
        return None
    is_named = settings.gpu_available == "true" or settings.whisper_device == "cuda"
    try:
        pynvml.nvmlInit()
        try:
            if pynvml.nvmlDeviceGetCount() == 0:
                return _UNSEEN if is_named or has_nvidia_card() else None
            pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByIndex(0))
        finally:
            pynvml.nvmlShutdown()
    except pynvml.NVMLError as error:
        return _explain(pynvml, error, is_named)
    return None


def stops_work(problem: Problem | None) -> bool:
    """Whether a worker must not compute on the CPU instead: where a driver was installed, somebody wants the GPU."""
    return problem is not None and problem != NO_DRIVER


def refuse_fall_back(settings: config.Settings) -> None:
    """Check the driver again: it may have broken since the worker started. Raises InternalError."""
    problem = find_driver_problem(settings)
    if problem and stops_work(problem):
        raise InternalError(f"The GPU cannot be used: {problem.state}.", problem.fix)


def has_nvidia_card() -> bool:
    """Whether an NVIDIA card is plugged in, whatever its driver; False where the system does not list its devices."""
    for device in sorted(PCI_DEVICES.glob("*")):
        try:
            vendor, kind = ((device / name).read_text().strip() for name in ("vendor", "class"))
        except OSError:
            continue
        if vendor == NVIDIA and kind.startswith(DISPLAY):
            return True
    return False


def _explain(nvml: Any, error: Exception, is_named: bool) -> Problem | None:
    code = getattr(error, "value", None)
    if code == nvml.NVML_ERROR_LIBRARY_NOT_FOUND:
        return NO_DRIVER if has_nvidia_card() else _NO_GPU if is_named else None
    if code == nvml.NVML_ERROR_DRIVER_NOT_LOADED:  # the library stays where a card was taken out
        return _NOT_LOADED if is_named or has_nvidia_card() else None
    return {
        nvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH: _MISMATCH,
        nvml.NVML_ERROR_NO_PERMISSION: _FORBIDDEN,
        nvml.NVML_ERROR_NOT_FOUND: _UNSEEN,
        nvml.NVML_ERROR_GPU_IS_LOST: _LOST,
        nvml.NVML_ERROR_RESET_REQUIRED: _LOST,
    }.get(code, _BROKEN)


def _try_cuda() -> Problem | None:
    """Why CUDA cannot be used. A fault in the driver may kill who asks, so another process does."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cuda_check"], cwd=config.ROOT, capture_output=True, text=True,
            timeout=CUDA_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Problem("the GPU does not answer", _BROKEN.fix)
    fault = done.stdout.strip() if done.returncode == 0 else f"the check of CUDA ended with {done.returncode}"
    if not fault:
        return None
    fix = f"Install the packages again (remove .venv, then `make run`), or update the driver. {_OR_CPU}"
    return Problem(f"the GPU cannot be used: {fault}", fix)
