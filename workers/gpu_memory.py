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
