from __future__ import annotations

from typing import Any

import pytest
from support.ollama_server import Model, OllamaServer

from pipeline.errors import OllamaModelMissing
from pipeline.ollama.model_info import cache_bytes_per_token
from pipeline.ollama.model_memory import SPARE_BYTES, ModelMemory, find_model_memory

LLAMA = {
    "general.architecture": "llama",
    "llama.block_count": 32,
    "llama.embedding_length": 4096,
    "llama.attention.head_count": 32,
    "llama.attention.head_count_kv": 8,
}


def test_the_cache_of_llama_8b_takes_one_gibibyte_for_8192_tokens() -> None:
    assert cache_bytes_per_token(LLAMA) * 8192 == 1 << 30


def test_lengths_of_keys_and_values_go_before_what_follows_from_the_embedding() -> None:
    gemma = {
        "general.architecture": "gemma3", "gemma3.block_count": 34, "gemma3.embedding_length": 2560,
        "gemma3.attention.head_count": 8, "gemma3.attention.head_count_kv": 4, "gemma3.attention.key_length": 256,
        "gemma3.attention.value_length": 256,
    }  # fmt: skip
    assert cache_bytes_per_token(gemma) == 34 * 4 * 512 * 2


def test_without_a_number_of_its_own_each_head_has_keys_and_values() -> None:
    without = {name: value for name, value in LLAMA.items() if not name.endswith("_kv")}
    assert cache_bytes_per_token(without) == 4 * cache_bytes_per_token(LLAMA)


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
    assert cache_bytes_per_token(info) is None


def test_the_largest_window_is_the_one_that_just_fits() -> None:
    model = ModelMemory("recap", 4_900_000_000, 131_072)
    free = model.needs(8192)
    assert model.largest_window(free) == 8192
    assert model.largest_window(free - 1) == 7168
    assert model.largest_window(model.size + SPARE_BYTES - 1) == 0


def test_without_the_size_of_its_cache_a_model_has_no_largest_window() -> None:
    model = ModelMemory("recap", 4_900_000_000, None)
    assert model.largest_window(80_000_000_000) is None
    assert model.needs(8192) == model.needs(32768) > model.size + SPARE_BYTES


def test_the_server_tells_what_a_model_takes() -> None:
    with OllamaServer(Model("recap", size=4_900_000_000, info=LLAMA), Model("bare", size=7)) as server:
        assert find_model_memory(server.host, "recap") == ModelMemory("recap", 4_900_000_000, 131_072)
        assert find_model_memory(server.host, "bare").bytes_per_token is None
        with pytest.raises(OllamaModelMissing):
            find_model_memory(server.host, "other")
