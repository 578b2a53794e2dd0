"""What a language model takes of a GPU's memory, as far as the server tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SPARE_BYTES = 1536 << 20
"""For what cannot be told from outside: CUDA's own memory and the buffers of a batch of 512 tokens."""
BYTES_AN_ELEMENT = 2
"""The cache holds f16 unless OLLAMA_KV_CACHE_TYPE of the server says otherwise; then less is needed."""
WINDOW_STEP = 1024


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


def needed_bytes(size: int, bytes_a_token: int, window: int) -> int:
    """Memory that a model of so many bytes takes with this window."""
    return size + bytes_a_token * window + SPARE_BYTES


def largest_window(free: int, size: int, bytes_a_token: int) -> int:
    """The largest window in tokens that fits so many free bytes; 0 where not even the model does."""
    left = free - size - SPARE_BYTES
    return max(0, left // bytes_a_token // WINDOW_STEP * WINDOW_STEP)
