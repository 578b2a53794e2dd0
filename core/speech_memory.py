"""The memory that speech models need, and what this machine has free for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import config
from core import gpu
from core.ollama_placement import shares_gpu
from pipeline.engines.catalogue import FASTER_WHISPER, ONNX_ASR, SPEAKRS, EngineEntry

#: Memory beside Whisper's weights, as a share of the model's file in float16: the first for one window, the second for
#: each window of a batch. From faster-whisper's README (large-v2, 3.1 GB, beam 5): 4.5 GB with one window, 6.1 GB with
#: 8; in int8 2.9 and 4.5 GB.
WHISPER_WORK_SHARE, WHISPER_WINDOW_SHARE = 0.4, 0.073
#: Bytes in memory for each byte of a file that holds float16.
WEIGHT_FACTORS = {"int8": 0.5, "float32": 2.0}
#: A pyannote pipeline took 2.0 GB with batches of 1 and 9.1 GB with 128 (OpenTranscribe, RTX A6000); with 32 this.
DIARIZATION_BYTES = 3_800_000_000
#: speakrs took 0.12 GB beside its samples on a CPU. On a GPU nobody has told: a CUDA context with room to work.
SPEAKRS_BYTES = 1_500_000_000
#: What a window of 30 s takes in Parakeet's encoder: some maps of 256 channels, 64 bands and 1,500 frames in float32.
PARAKEET_WINDOW_BYTES = 300_000_000
#: Without a GPU, in int8 with batches of 8, faster-whisper's README measures 3.6 GB for "small" (0.48 GB). Weights are
#: read in float16 and converted, so that both are in memory for a moment.
CPU_FILE_FACTOR, CPU_WORK_BYTES = 1.5, 2_900_000_000


@dataclass(frozen=True, slots=True)
class MemoryBudget:
    """What the speech models can have: of a GPU, or of the machine. `free_bytes` is None if nobody tells."""

    on_gpu: bool
    free_bytes: int | None

    def allows(self, needed: int) -> bool:
        """Whether so many bytes are free; true if that is unknown."""
        return self.free_bytes is None or needed <= self.free_bytes

    def __str__(self) -> str:
        what = "GPU memory" if self.on_gpu else "memory"
        if self.free_bytes is None:
            return f"{what} of unknown size"
        return f"{self.free_bytes / 1e9:.1f} GB of free {what}"


def whisper_weight_bytes(file_bytes: int, compute_type: str) -> int:
    """What Whisper's weights take on the GPU."""
    factor = next((one for name, one in WEIGHT_FACTORS.items() if compute_type.startswith(name)), 1.0)
    return int(file_bytes * factor)


def whisper_work_bytes(file_bytes: int, batch_size: int) -> int:
    """What decoding so many windows at once takes beside the weights."""
    return int(file_bytes * (WHISPER_WORK_SHARE + WHISPER_WINDOW_SHARE * batch_size))


def weight_bytes(file_bytes: int, compute_type: str, engine: EngineEntry = FASTER_WHISPER) -> int:
    """What a recogniser's weights take on the GPU. onnx-asr takes them as they are in the file."""
    return file_bytes if engine is ONNX_ASR else whisper_weight_bytes(file_bytes, compute_type)


def work_bytes(file_bytes: int, batch_size: int, engine: EngineEntry = FASTER_WHISPER) -> int:
    """What decoding so many windows at once takes beside the weights."""
    return PARAKEET_WINDOW_BYTES * batch_size if engine is ONNX_ASR else whisper_work_bytes(file_bytes, batch_size)


def diarization_bytes(engine: EngineEntry) -> int:
    """What telling speakers apart takes on the GPU, with the weights."""
    return SPEAKRS_BYTES if engine is SPEAKRS else DIARIZATION_BYTES


def needed_bytes(file_bytes: int, settings: config.Settings, on_gpu: bool, engine: EngineEntry = FASTER_WHISPER) -> int:
    """The most memory that a recording takes with a recogniser: its weights stay while speakers are told apart."""
    work = work_bytes(file_bytes, settings.whisper_batch_size, engine)
    if not on_gpu:
        return file_bytes + work if engine is ONNX_ASR else int(file_bytes * CPU_FILE_FACTOR) + CPU_WORK_BYTES
    speakers = SPEAKRS_BYTES if settings.diarization_engine == "speakrs" else DIARIZATION_BYTES
    speakers = 0 if settings.diarization_model == "none" else speakers
    return weight_bytes(file_bytes, settings.whisper_compute_type, engine) + max(work, speakers)


def measure(settings: config.Settings, find_free: Callable[[], int | None] = gpu.find_free_bytes) -> MemoryBudget:
    """What is free for the speech models now. Models of an Ollama that shares the GPU make room, so they do not count.

    Ask before any of them is loaded: they count as used.
    """
    found = None if settings.whisper_device == "cpu" else gpu.find_gpu(settings)
    wants_gpu = settings.whisper_device == "cuda" or (found or settings.gpu_available == "true")
    if settings.whisper_device == "cpu" or not wants_gpu:
        return MemoryBudget(False, _free_machine_bytes())
    free = find_free()
    if found is not None and free is not None and shares_gpu(settings):
        free = min(found.memory_bytes, free + _held_by_ollama(settings))
    return MemoryBudget(True, free)


def _held_by_ollama(settings: config.Settings) -> int:
    from pipeline.errors import OllamaModelMissing, OllamaUnreachable
    from pipeline.ollama.client import OllamaClient
    from pipeline.ollama.errors import OllamaRefused

    try:
        with OllamaClient(settings.ollama_host, connect_seconds=2.0, answer_seconds=5.0) as client:
            return sum(one.size_vram for one in client.running())
    except (OllamaUnreachable, OllamaModelMissing, OllamaRefused):  # what it holds counts as used
        return 0


def _free_machine_bytes() -> int | None:
    """Memory that this machine, or the container around this process, has free; None where the system does not say."""
    free = [found for found in (_read_meminfo(), _read_cgroup()) if found is not None]
    return min(free, default=None)


def _read_meminfo(path: Path = Path("/proc/meminfo")) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in path.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _read_cgroup(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What the group of this container has left, caches of files not counted; None without a limit."""
    for prefix, limit, usage in (
        ("", "memory.max", "memory.current"),
        ("total_", "memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        with suppress(OSError, ValueError):
            statistics = (folder / limit).with_name("memory.stat").read_text()
            found = re.search(rf"^{prefix}inactive_file (\d+)$", statistics, re.MULTILINE)
            used = int((folder / usage).read_text()) - (int(found[1]) if found else 0)
            return max(0, int((folder / limit).read_text()) - used)
    return None
