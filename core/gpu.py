"""What this machine computes on, asked from the driver by NVML: that leaves CUDA alone, so forking stays safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import config

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU; `memory_bytes` is all it has."""

    name: str
    memory_bytes: int
    driver: str


def find_gpu(settings: config.Settings) -> Gpu | None:
    """The first GPU, None where there is none or GPU_AVAILABLE says so."""
    if settings.gpu_available == "false":
        return None

    def read(nvml: Any, handle: Any) -> Gpu:
        memory = int(nvml.nvmlDeviceGetMemoryInfo(handle).total)
        return Gpu(_text(nvml.nvmlDeviceGetName(handle)), memory, _text(nvml.nvmlSystemGetDriverVersion()))

    return _ask_driver(read)


def find_free_bytes() -> int | None:
    """Memory that is free on the first GPU now, whoever uses the rest; None where the driver does not say."""
    return _ask_driver(lambda nvml, handle: int(nvml.nvmlDeviceGetMemoryInfo(handle).free))


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process that uses the GPU; `memory_bytes` is None where the driver does not say, as in containers."""

    pid: int
    name: str
    memory_bytes: int | None


def list_processes() -> list[GpuProcess]:
    """Who computes on the first GPU now; empty where the driver does not say."""

    def read(nvml: Any, handle: Any) -> list[GpuProcess]:
        running = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
        return [GpuProcess(each.pid, _name_of(nvml, each.pid), each.usedGpuMemory) for each in running]

    return _ask_driver(read) or []


def _name_of(nvml: Any, pid: int) -> str:
    """The program of a process, without its folder and arguments; "?" where it is another user's, or has ended."""
    try:
        words = _text(nvml.nvmlSystemGetProcessName(pid)).split()
        return words[0].rpartition("/")[2] if words else "?"
    except (nvml.NVMLError, UnicodeDecodeError):
        return "?"


def _ask_driver(read: Callable[[Any, Any], T]) -> T | None:
    try:
        import pynvml
    except ImportError:  # the web server is installed without it
        return None
    try:
        pynvml.nvmlInit()
        try:
            return read(pynvml, pynvml.nvmlDeviceGetHandleByIndex(0))
        finally:
            pynvml.nvmlShutdown()
    except pynvml.NVMLError:  # no driver, or no GPU behind it
        return None


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def describe(settings: config.Settings, gpu: Gpu | None) -> str:
    """The machine in a line, for the log and the status pages."""
    if gpu is None or settings.whisper_device == "cpu":
        kind = settings.whisper_compute_type
        return f"no GPU: CPU {'int8' if kind == 'auto' else kind}"
    return f"{gpu.name}, {gpu.memory_bytes / 1e9:.0f} GB, driver {gpu.driver}"
