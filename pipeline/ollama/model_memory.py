"""How much GPU memory a language model needs, as far as the server reports it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import OllamaModelMissing
from pipeline.ollama.client import OllamaClient

SPARE_BYTES = 1536 << 20
"""For what the server does not report: CUDA's own memory and the buffers of a batch of 512 tokens."""
UNKNOWN_CACHE_SHARE = 0.25
"""If the size of the cache is unknown: this share of the model, as for an 8B model in Q4 with 8,192 tokens."""
WINDOW_STEP = 1024
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ModelMemory:
    """A model's memory in bytes, and that for each token of its window; None if unknown."""

    name: str
    size: int
    bytes_per_token: int | None

    def needs(self, window: int) -> int:
        """Bytes that it needs with a window of so many tokens."""
        if self.bytes_per_token is None:
            return int(self.size * (1 + UNKNOWN_CACHE_SHARE)) + SPARE_BYTES
        return self.size + self.bytes_per_token * window + SPARE_BYTES

    def largest_window(self, free: int) -> int | None:
        """The largest window in tokens for so many free bytes, 0 if not even the model fits; None if unknown."""
        if self.bytes_per_token is None:
            return None
        return max(0, (free - self.needs(0)) // self.bytes_per_token // WINDOW_STEP * WINDOW_STEP)


def find_model_memory(host: str, name: str) -> ModelMemory:
    """The memory of the model of this name. Raises OllamaUnreachable, OllamaModelMissing and OllamaRefused."""
    with OllamaClient(host, connect_seconds=ANSWER_SECONDS, answer_seconds=ANSWER_SECONDS) as client:
        found = client.find(name)
        if found is None:
            raise OllamaModelMissing()
        return ModelMemory(name, found.size, client.show(found.name).bytes_per_token)
