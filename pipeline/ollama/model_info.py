"""What an Ollama server reports about its models."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BARE_PROMPT = re.compile(r"(?:\{\{-?\s*\.(?:Prompt|Suffix|Response)\s*-?\}\}|\s)*")
_BLOB = re.compile(r"\bsha256[-:]([0-9a-f]{64})\b")
BYTES_PER_ELEMENT = 2
"""The cache is f16 unless the server's OLLAMA_KV_CACHE_TYPE says otherwise; then it needs less."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """An installed model; `digest` is that of its manifest, `size` in bytes, `quantization` such as "Q4_K_M"."""

    name: str
    digest: str
    size: int
    quantization: str = ""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the server knows about a model. `window` is the number of tokens it was trained for; None if unknown.

    `remote_host` is where the model runs if that is another server. `modelfile` is written by Ollama; its FROM and
    ADAPTER lines name blobs. It cannot always be parsed: values are not always quoted. `bytes_per_token` is the memory
    for each token of the window; None if unknown.
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
    bytes_per_token: int | None = None

    @property
    def is_local_writer(self) -> bool:
        """Whether it can write summaries and runs on this server, so that no transcript leaves it."""
        return self.can_chat and not self.remote_host

    @property
    def has_chat_form(self) -> bool:
        """Whether it is told who says what of a chat, in the form that it was trained for.

        A base model is not, and neither is one that was imported without its template: the server passes the last
        question on as bare text, and no system message. Servers from 0.30 on show the template of the model's file if
        they run that one. Without any template nothing is known.
        """
        if any(line.startswith("RENDERER ") for line in self.modelfile.splitlines()):
            return True
        return not self.template or not _BARE_PROMPT.fullmatch(self.template)

    @property
    def can_chat(self) -> bool:
        """Servers before 0.6.4 list no capabilities; there, all but the families of embedding models can chat."""
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
        """The digests ("sha256:...") of the model's files."""
        return frozenset(f"sha256:{value}" for value in _BLOB.findall(self.modelfile))


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A loaded model: its allocated window in tokens, and its bytes in total and on the GPU."""

    name: str
    window: int
    size: int
    size_vram: int


def read_model_info(answer: dict[str, Any]) -> ModelInfo:
    """Read the answer of `/api/show`."""
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
        bytes_per_token=cache_bytes_per_token(info),
    )


def read_parameters(text: str) -> dict[str, Any]:
    """Read the parameters of `show`, one per line: name, spaces, value in Go's notation; `stop` may repeat."""
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
    """A number, true, false, or quoted text: JSON, except for the escapes of unprintable characters."""
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
    """Bytes in the KV cache for each token of the window; `info` is `model_info` of `/api/show`.

    For each layer: heads of keys and values x (length of a key + length of a value) x 2 bytes, as `GraphSize` in
    Ollama's `fs/ggml/ggml.go`. Layers that see only the last tokens (sliding windows) need less. None if the numbers
    are missing, as they are if they differ by layer.
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
