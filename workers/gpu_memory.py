"""The memory of a GPU that the speech models share with Ollama: whoever is at work gets what it needs.

Before speech is recognised, Ollama's idle models go where memory is short; before a summary is written, the speech
models go. Each loads again when its turn comes, which takes seconds; a model that has to run on the CPU for lack of
memory takes many times longer for each meeting.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core import gpu
from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused, for_log
from pipeline.ollama.model_memory import ModelMemory

log = logging.getLogger(__name__)

#: How long an unloaded model may stay in memory: it may be at work for somebody else.
UNLOAD_SECONDS = 30.0
POLL_SECONDS = 0.25
#: A smaller window makes poor summaries, faster on the CPU than not at all.
MIN_WINDOW = 4096

#: Memory beside Whisper's weights, as a share of the model's file in float16: the first for one window, the second for
#: each window of a batch. From faster-whisper's README (large-v2, 3.1 GB, beam 5): 4.5 GB with one window, 6.1 GB with
#: 8; in int8 2.9 and 4.5 GB.
WHISPER_WORK_SHARE, WHISPER_WINDOW_SHARE = 0.4, 0.073
#: Bytes in memory for each byte of a file that holds float16.
WEIGHT_FACTORS = {"int8": 0.5, "float32": 2.0}
#: A pyannote pipeline took 2.0 GB with batches of 1 and 9.1 GB with 128 (OpenTranscribe, RTX A6000); with 32 this.
DIARIZATION_BYTES = 3_800_000_000


def whisper_weight_bytes(file_bytes: int, compute_type: str) -> int:
    """What Whisper's weights take on the GPU."""
    factor = next((one for name, one in WEIGHT_FACTORS.items() if compute_type.startswith(name)), 1.0)
    return int(file_bytes * factor)


def whisper_work_bytes(file_bytes: int, batch_size: int) -> int:
    """What decoding so many windows at once takes beside the weights."""
    return int(file_bytes * (WHISPER_WORK_SHARE + WHISPER_WINDOW_SHARE * batch_size))


class SpeechModels(Protocol):
    """The speech models of this process, as the language model's neighbours."""

    def are_loaded(self) -> bool: ...
    def unload(self) -> None: ...

    def missing_bytes(self) -> int:
        """What the next transcription takes of memory that is free now."""
        ...


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a language model gets: the largest window in tokens (None: not known), and whether it may stay loaded."""

    window: int | None
    may_stay_loaded: bool


class GpuMemory:
    """The GPU as Ollama at `host` and the speech models of this process share it."""

    def __init__(self, host: str, find_free: Callable[[], int | None] = gpu.find_free_bytes) -> None:
        self.host, self.find_free = host, find_free

    def make_room_for_speech(self, needed: int, checkpoint: Callable[[], None]) -> None:
        """Unload Ollama's models where so many bytes are not free; `checkpoint` may raise to stop the wait."""
        free = self.find_free()
        if free is None or free >= needed:
            return
        log.info("%s free on the GPU, the speech models need %s", _gigabytes(free), _gigabytes(needed))
        try:
            with self._client() as client:
                held = [one.name for one in client.running() if one.size_vram]
                for name in held:
                    log.info("Ollama is asked to unload %s", name)
                    client.unload(name)
                if held and not _are_gone(client, set(held), checkpoint):
                    log.warning("Ollama still holds %s: it may be at work for others", ", ".join(held))
        except (OllamaUnreachable, OllamaModelMissing, OllamaRefused) as error:
            log.warning("Ollama could not be asked to make room: %s", for_log(error))

    def make_room_for_summary(self, model: ModelMemory, window: int, speech: SpeechModels) -> Allocation:
        """Unload the speech models where the language model does not fit beside them with this window."""
        free = self._free_for_ollama()
        if free is None:
            return Allocation(None, may_stay_loaded=False)
        if free < model.needs(window) and speech.are_loaded():
            log.info("%s free for %s, which needs %s: the speech models make room", _gigabytes(free), model.name,
                     _gigabytes(model.needs(window)))  # fmt: skip
            speech.unload()
            free = self._free_for_ollama() or 0
        most = model.largest_window(free)
        fitting = None if most is None else max(MIN_WINDOW, most)
        used = min(window, fitting or window)
        return Allocation(fitting, may_stay_loaded=free - model.needs(used) >= speech.missing_bytes())

    def _free_for_ollama(self) -> int | None:
        """What is free or held by models of Ollama, which go where another needs their place."""
        free = self.find_free()
        if free is None:
            return None
        try:
            with self._client() as client:
                return free + sum(one.size_vram for one in client.running())
        except (OllamaUnreachable, OllamaModelMissing, OllamaRefused) as error:
            log.warning("Ollama did not tell what it holds: %s", for_log(error))
            return free

    def _client(self) -> OllamaClient:
        return OllamaClient(self.host, connect_seconds=2.0, answer_seconds=5.0)


def _are_gone(client: OllamaClient, names: set[str], checkpoint: Callable[[], None]) -> bool:
    until = time.monotonic() + UNLOAD_SECONDS
    while names & {one.name for one in client.running() if one.size_vram}:
        if time.monotonic() > until:
            return False
        checkpoint()
        time.sleep(POLL_SECONDS)
    return True


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
