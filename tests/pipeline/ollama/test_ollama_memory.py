from __future__ import annotations

from typing import Any

import pytest

from pipeline.ollama.memory import SPARE_BYTES, cache_bytes_a_token, largest_window, needed_bytes

LLAMA = {
    "general.architecture": "llama",
    "llama.block_count": 32,
    "llama.embedding_length": 4096,
    "llama.attention.head_count": 32,
    "llama.attention.head_count_kv": 8,
}


def test_the_cache_of_llama_8b_takes_one_gibibyte_for_8192_tokens() -> None:
    assert cache_bytes_a_token(LLAMA) * 8192 == 1 << 30


def test_lengths_of_keys_and_values_go_before_what_follows_from_the_embedding() -> None:
    gemma = {
        "general.architecture": "gemma3", "gemma3.block_count": 34, "gemma3.embedding_length": 2560,
        "gemma3.attention.head_count": 8, "gemma3.attention.head_count_kv": 4, "gemma3.attention.key_length": 256,
        "gemma3.attention.value_length": 256,
    }  # fmt: skip
    assert cache_bytes_a_token(gemma) == 34 * 4 * 512 * 2


def test_without_a_number_of_its_own_each_head_has_keys_and_values() -> None:
    without = {name: value for name, value in LLAMA.items() if not name.endswith("_kv")}
    assert cache_bytes_a_token(without) == 4 * cache_bytes_a_token(LLAMA)


@pytest.mark.parametrize(
    "info",
    [
        {},
        {"general.architecture": "llama"},
        LLAMA | {"llama.attention.head_count_kv": None},  # so Ollama tells a list, unless it is asked for
        LLAMA | {"llama.attention.head_count_kv": [8, 0, 8]},
        LLAMA | {"llama.block_count": "32"},
    ],
    ids=["nothing", "no numbers", "left out", "by layer", "text"],
)
def test_what_is_not_told_is_not_guessed(info: dict[str, Any]) -> None:
    assert cache_bytes_a_token(info) is None


def test_the_largest_window_is_the_one_that_just_fits() -> None:
    size, token = 4_900_000_000, 131_072
    free = needed_bytes(size, token, 8192)
    assert largest_window(free, size, token) == 8192
    assert largest_window(free - 1, size, token) == 7168
    assert largest_window(size + SPARE_BYTES - 1, size, token) == 0
