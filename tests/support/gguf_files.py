"""Small but whole GGUF files, written after the format's description."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}"
    "}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
FILE_TYPES = {"F32": 0, "F16": 1, "Q8_0": 7, "Q4_K_M": 15, "BF16": 32}


def gguf(quantization: str | None = "Q4_K_M", *, weights: int = 64, seed: int = 0, **fields: Any) -> bytes:
    """The bytes of a file with one tensor of 8 bit `weights`; `fields` (`split__no=1`) go into its header.

    It has the most common chat template, if `fields` give no other, or "" for a base model.
    """
    return gguf_header(quantization, weights=weights, **fields) + bytes((seed + at) % 251 for at in range(weights))


def gguf_header(quantization: str | None = "Q4_K_M", *, weights: int = 64, **fields: Any) -> bytes:
    """All that comes before the weights, padded."""
    named: dict[str, Any] = {"general.architecture": "llama", "tokenizer.chat_template": CHATML}
    named |= {name.replace("__", "."): value for name, value in fields.items()}
    named = {name: value for name, value in named.items() if value != ""}
    if quantization:
        named["general.file_type"] = FILE_TYPES[quantization]
    named["tokenizer.ggml.tokens"] = ["<s>", "</s>", "hello"]
    named["tokenizer.ggml.scores"] = [0.0, 1.0, 2.5]
    data = b"GGUF" + struct.pack("<IQQ", 3, 1, len(named))
    data += b"".join(_text(name) + _value(value) for name, value in named.items())
    data += _text("output.weight") + struct.pack("<IQIQ", 1, weights, 24, 0)
    return data + bytes(-len(data) % 32)


def put_sparse_gguf(path: Path, size: int) -> None:
    """A file of so many bytes that takes no room on the disk."""
    header = gguf_header("F16", weights=size)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + size)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if value and isinstance(value[0], float):
        return struct.pack(f"<IIQ{len(value)}f", 9, 6, len(value), *value)
    return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_text, value))
