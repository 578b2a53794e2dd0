"""Reads the header of a GGUF file: which model it contains, and whether the file is complete.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Only little-endian files, versions 2 and 3.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ollama_import.errors import ImportProblem

MAGIC = b"GGUF"
VERSIONS = (2, 3)
FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
}  # fmt: skip
"""Names of `general.file_type`: how most of the weights are stored."""
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74),
    18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2),
    26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Weights in a block and bytes of a block, by the type of a tensor (`ggml_type`)."""
MOST_FIELDS, MOST_ITEMS, MOST_TENSORS, MOST_TEXT = 100_000, 20_000_000, 1_000_000, 1 << 26
"""More than any model has; a damaged file may contain any number."""


class GgufError(ImportProblem):
    """A file that is not a complete GGUF file."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The content of a header. `parameter_count` counts weights, those of this part if a model has several.

    `chat_template` is the form of a chat that the model was trained for, in Jinja; a base model has none.
    """

    architecture: str
    kind: str
    file_type: int | None
    parameter_count: int
    part: int
    parts: int
    is_embedding: bool
    chat_template: str = ""

    @property
    def is_language_model(self) -> bool:
        """Whether it is neither a projector nor an adapter."""
        return not self.is_projector and self.kind != "adapter"

    @property
    def quantization(self) -> str:
        """Such as "Q4_K_M"."""
        return FILE_TYPES.get(-1 if self.file_type is None else self.file_type, "unknown")

    @property
    def is_projector(self) -> bool:
        """Whether it is the vision or audio part of a language model."""
        return self.kind in ("mmproj", "projector") or self.architecture == "clip"


def read_header(path: Path) -> GgufHeader:
    """Read the header, in constant memory.

    Raises GgufError if it is damaged, or if the file is shorter than its weights; OSError.
    """
    size = path.stat().st_size
    with path.open("rb", buffering=1 << 20) as file:
        reader = _Reader(file, path)
        if reader.take(len(MAGIC)) != MAGIC:
            raise GgufError(f"{path} is not in GGUF format")
        version = reader.scalar(4)
        if version not in VERSIONS:
            raise GgufError(
                f"{path} is in version {version} of the GGUF format, which is not supported; convert it again"
            )
        tensors, count = reader.number(MOST_TENSORS), reader.number(MOST_FIELDS)
        fields = dict(reader.field() for _ in range(count))
        parameters, end = _measure(reader.tensor() for _ in range(tensors))
        begin = file.tell()
    alignment = fields.get("general.alignment", 32)
    needed = begin + -begin % alignment + end if end and isinstance(alignment, int) and alignment else begin
    if size < needed:
        raise GgufError(f"{path} breaks off: it has {size:,} of {needed:,} bytes; copy or download it again")
    return _header(fields, parameters)


def _measure(tensors: Iterator[tuple[int, int, int]]) -> tuple[int, int]:
    """The number of weights, and the byte after the last of them."""
    parameters = end = 0
    for elements, kind, offset in tensors:
        block, size = BLOCKS.get(kind, (1, 0))
        parameters += elements
        end = max(end, offset + elements // block * size)
    return parameters, end


def _header(fields: dict[str, Any], parameters: int) -> GgufHeader:
    architecture = str(fields.get("general.architecture", ""))
    numbers = {name: value for name, value in fields.items() if isinstance(value, int)}
    return GgufHeader(
        architecture=architecture,
        kind=str(fields.get("general.type", "")),
        file_type=numbers.get("general.file_type"),
        parameter_count=parameters,
        part=numbers.get("split.no", 0),
        parts=numbers.get("split.count", 0) or 1,
        is_embedding=f"{architecture}.pooling_type" in fields,
        chat_template=str(fields.get("tokenizer.chat_template") or ""),
    )


class _Reader:
    """Reads the parts of a header. Raises GgufError if the file ends early or has absurd numbers."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path

    def take(self, count: int) -> bytes:
        data = self._file.read(count) if count <= MOST_TEXT else b""
        if len(data) < count:
            raise GgufError(f"{self._path} breaks off in its header, or the header is damaged")
        return data

    def scalar(self, kind: int) -> Any:
        if kind not in SCALARS:
            raise GgufError(f"{self._path} has a damaged header")
        form = f"<{SCALARS[kind]}"
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def number(self, most: int) -> int:
        value: int = self.scalar(10)
        if value > most:
            raise GgufError(f"{self._path} has a damaged header")
        return value

    def text(self) -> str:
        return self.take(self.number(MOST_TEXT)).decode("utf-8", "replace")

    def field(self) -> tuple[str, Any]:
        """A name and its value; None for a list, since lists are long and not needed here."""
        name, kind = self.text(), self.scalar(4)
        if kind == STRING:
            return name, self.text()
        if kind != ARRAY:
            return name, self.scalar(kind)
        items, count = self.scalar(4), self.number(MOST_ITEMS)
        if items == STRING:
            for _ in range(count):
                self._file.seek(self.number(MOST_TEXT), 1)
        elif items in SCALARS:
            self._file.seek(count * struct.calcsize(f"<{SCALARS[items]}"), 1)
        else:
            raise GgufError(f"{self._path} has a damaged header")
        return name, None

    def tensor(self) -> tuple[int, int, int]:
        """The number of weights, their type, and the offset in bytes."""
        self.text()
        dimensions = self.scalar(4)
        if dimensions > 8:
            raise GgufError(f"{self._path} has a damaged header")
        elements = math.prod(self.scalar(10) for _ in range(dimensions))
        return elements, self.scalar(4), self.scalar(10)
