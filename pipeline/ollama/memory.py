"""What a language model takes of a GPU's memory, as far as the server tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import ollama

from pipeline.errors import OllamaModelMissing
from pipeline.ollama.client import full_name, translated_errors, trusts_environment

SPARE_BYTES = 1536 << 20
"""For what cannot be told from outside: CUDA's own memory and the buffers of a batch of 512 tokens."""
BYTES_AN_ELEMENT = 2
"""The cache holds f16 unless OLLAMA_KV_CACHE_TYPE of the server says otherwise; then less is needed."""
UNKNOWN_CACHE_SHARE = 0.25
"""Where the cache is not told: this share of the model's size, as of an 8B model in Q4 with 8,192 tokens."""
WINDOW_STEP = 1024
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LanguageModel:
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


def find_language_model(host: str, name: str) -> LanguageModel:
    """What the model of this name takes. Raises OllamaUnreachable, OllamaModelMissing and OllamaRefused."""
    timeout = httpx.Timeout(ANSWER_SECONDS)
    with translated_errors():
        client = ollama.Client(host=host, timeout=timeout, trust_env=trusts_environment(host))
        sizes = {full_name(one.model or ""): int(one.size or 0) for one in client.list().models}
        info = client.show(name).modelinfo or {}
    if full_name(name) not in sizes:
        raise OllamaModelMissing()
    return LanguageModel(name, sizes[full_name(name)], cache_bytes_a_token(info))


def cache_bytes_a_token(info: Mapping[str, Any]) -> int | None:
    """Bytes that each token of the window takes in the KV cache; `info` is `model_info` of `/api/show`.

    For each layer: heads of keys and values x (length of a key + length of a value) x 2 bytes. This is `GraphSize` in
    Ollama's `fs/ggml/ggml.go`. Where a layer sees only the last tokens (sliding windows) less is needed. None where
    the numbers are not told: so it is where they differ by layer.
    """
    architecture = info.get("general.architecture")

    def number(name: str) -> int:
        value = info.get(f"{architecture}.{name}")
        return value if isinstance(value, int) and value > 0 else 0

    layers, heads = number("block_count"), number("attention.head_count")
    if f"{architecture}.attention.head_count_kv" in info:
        cached = number("attention.head_count_kv")
    else:
        cached = heads
    share = number("embedding_length") // heads if heads else 0
    key, value = number("attention.key_length") or share, number("attention.value_length") or share
    return layers * cached * (key + value) * BYTES_AN_ELEMENT or None
