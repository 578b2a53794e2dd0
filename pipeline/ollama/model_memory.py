"""What a language model takes of a GPU's memory, as far as the server tells."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import OllamaModelMissing
from pipeline.ollama.client import OllamaClient

SPARE_BYTES = 1536 << 20
"""For what cannot be told from outside: CUDA's own memory and the buffers of a batch of 512 tokens."""
UNKNOWN_CACHE_SHARE = 0.25
"""Where the cache is not told: this share of the model's size, as of an 8B model in Q4 with 8,192 tokens."""
WINDOW_STEP = 1024
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ModelMemory:
    """A model and what it takes: its bytes, and those of each token of its window, None where not told."""

    name: str
    size: int
    bytes_a_token: int | None

    def needs(self, window: int) -> int:
        """Bytes of memory that it takes with a window of so many tokens."""
        if self.bytes_a_token is None:
            return int(self.size * (1 + UNKNOWN_CACHE_SHARE)) + SPARE_BYTES
        return self.size + self.bytes_a_token * window + SPARE_BYTES

    def largest_window(self, free: int) -> int | None:
        """The largest window that fits so many free bytes, 0 where not even the model does; None: not known."""
        if self.bytes_a_token is None:
            return None
        return max(0, (free - self.needs(0)) // self.bytes_a_token // WINDOW_STEP * WINDOW_STEP)


def find_model_memory(host: str, name: str) -> ModelMemory:
    """What the model of this name takes. Raises OllamaUnreachable, OllamaModelMissing and OllamaRefused."""
    with OllamaClient(host, connect_seconds=ANSWER_SECONDS, answer_seconds=ANSWER_SECONDS) as client:
        found = client.find(name)
        if found is None:
            raise OllamaModelMissing()
        return ModelMemory(name, found.size, client.show(found.name).bytes_a_token)
