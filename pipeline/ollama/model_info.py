"""What an Ollama server says of its models."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BLOB = re.compile(r"\bsha256[-:]([0-9a-f]{64})\b")
BYTES_PER_ELEMENT = 2
"""The cache holds f16 unless OLLAMA_KV_CACHE_TYPE of the server says otherwise; then less is needed."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model of the server; `digest` is that of its manifest, `size` in bytes, `quantization` such as "Q4_K_M"."""

    name: str
    digest: str
    size: int
    quantization: str = ""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the server knows of a model. `window` is the number of tokens it was trained for, None where unknown.

    `remote_host` is where the model really runs, where that is elsewhere. `modelfile` is one that Ollama writes of it;
    its FROM and ADAPTER lines name blobs. It is not made to be read again: values are not always quoted.
    `bytes_a_token` is what each token of the window takes of memory, None where that is not told.
    """

    window: int | None
    capabilities: frozenset[str] | None
    family: str
    template: str
    system: str
    parameters: dict[str, Any]
    quantization: str = ""
    architecture: str = ""
    parameter_count: int | None = None
    license: str = ""
    messages: tuple[tuple[str, str], ...] = ()
    requires: str = ""
    modelfile: str = ""
    remote_host: str = ""
    bytes_a_token: int | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it can write summaries and runs here, so that nothing said in a recording leaves the machine."""
        return self.can_chat and not self.remote_host

    @property
    def can_chat(self) -> bool:
        """Servers before 0.6.4 list no capabilities; there, all but the families of embedding models can."""
        if self.capabilities is not None:
            return "completion" in self.capabilities
        return "bert" not in self.family

    @property
    def can_think(self) -> bool:
        return self.capabilities is not None and "thinking" in self.capabilities

    @property
    def has_adapter(self) -> bool:
        return any(line.startswith("ADAPTER /") for line in self.modelfile.splitlines())

    @property
    def blobs(self) -> frozenset[str]:
        """The digests ("sha256:...") of the files that the model is made of."""
        return frozenset(f"sha256:{value}" for value in _BLOB.findall(self.modelfile))


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A loaded model: the window that was really allocated, its bytes in all and on the GPU."""

    name: str
    window: int
    size: int
    size_vram: int


def read_model_info(answer: dict[str, Any]) -> ModelInfo:
    """The answer of `/api/show`."""
    info = answer.get("model_info") or {}
    details = answer.get("details") or {}
    architecture = str(info.get("general.architecture") or "")
    window = info.get(f"{architecture}.context_length")
    capabilities = answer.get("capabilities")
    count = info.get("general.parameter_count")
    return ModelInfo(
        window=int(window) if window else None,
        capabilities=frozenset(capabilities) if capabilities is not None else None,
        family=str(details.get("family") or ""),
        template=str(answer.get("template") or ""),
        system=str(answer.get("system") or ""),
        parameters=read_parameters(str(answer.get("parameters") or "")),
        quantization=str(details.get("quantization_level") or ""),
        architecture=architecture,
        parameter_count=int(count) if count else None,
        license=str(answer.get("license") or ""),
        messages=tuple((str(one["role"]), str(one.get("content") or "")) for one in answer.get("messages") or ()),
        requires=str(answer.get("requires") or ""),
        modelfile=str(answer.get("modelfile") or ""),
        remote_host=str(answer.get("remote_host") or ""),
        bytes_a_token=cache_bytes_per_token(info),
    )


def read_parameters(text: str) -> dict[str, Any]:
    """The parameters of `show`, a line each: name, blanks, and the value as Go writes it; `stop` may come often."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        name, _, written = line.strip().partition(" ")
        value = _read_go(written.strip())
        if name == "stop":
            found.setdefault(name, []).append(value)
        elif name:
            found[name] = value
    return found


def _read_go(written: str) -> Any:
    """A number, true, false, or text in quotes: as JSON but for the escapes of what does not print."""
    try:
        return json.loads(written)
    except ValueError:
        if not re.fullmatch(r'"[^\n]*"', written):
            return written
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return written.strip('"')


def cache_bytes_per_token(info: Mapping[str, Any]) -> int | None:
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
    cached = number("attention.head_count_kv") if f"{architecture}.attention.head_count_kv" in info else heads
    share = number("embedding_length") // heads if heads else 0
    key, value = number("attention.key_length") or share, number("attention.value_length") or share
    return layers * cached * (key + value) * BYTES_PER_ELEMENT or None
