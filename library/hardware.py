"""What this machine computes on, asked from the driver by NVML: that leaves CUDA alone, so forking stays safe."""

from __future__ import annotations

from dataclasses import dataclass

import config


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
    try:
        import pynvml
    except ImportError:  # the web server is installed without it
        return None
    try:
        pynvml.nvmlInit()
        try:
            handle = pynvml.nvmlDeviceGetHandleByIndex(0)
            memory = int(pynvml.nvmlDeviceGetMemoryInfo(handle).total)
            return Gpu(_text(pynvml.nvmlDeviceGetName(handle)), memory, _text(pynvml.nvmlSystemGetDriverVersion()))
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
