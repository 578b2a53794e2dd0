"""Finds the files of a FROM, ADAPTER or DRAFT of a Modelfile, after `parser.go`, and checks them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from ollama_import.errors import ImportProblem
from ollama_import.gguf import MAGIC, GgufHeader, read_header

SAFETENSORS = ("model*.safetensors", "consolidated*.safetensors", "adapter*.safetensors")
PYTORCH = ("pytorch_model*.bin", "consolidated*.pth")
GGUF = ("*.gguf", "*.bin")
KINDS = (*SAFETENSORS, *PYTORCH, *GGUF)
"""The first of these that matches in a folder counts."""
BESIDES = ("*/model*.safetensors", "*.json", "*/*.json", "chat_template.jinja", "tokenizer.model", "*/tokenizer.model")
"""Other files that safetensors need."""
WEIGHT_NAMES = (".gguf", ".safetensors", ".bin", ".pth")
LFS_POINTER = b"version https://git-lfs"
MOST_HEADER_BYTES = 100_000_000
_PART = re.compile(r"(.*)-(\d{5})-of-(\d{5})\.gguf")


class WeightsError(ImportProblem):
    """Weights that are missing, damaged, or outside the model's folder."""


def find_weights(name: str, folder: Path) -> dict[str, Path]:
    """The files of `name`, by the relative name to send; empty if it names a model of the server.

    Paths are absolute, from a home folder (`~`, `~user`), or relative to the Modelfile's folder.
    Raises WeightsError for a missing file, and for a link out of a folder of weights.
    """
    try:
        path = folder / Path(name).expanduser()
    except (RuntimeError, ValueError) as error:
        raise WeightsError(f"{name} cannot be resolved: there is no such home folder") from error
    if path.is_dir():
        return _of_folder(path)
    if path.is_file():
        return {path.name: path} | _other_parts(path)
    if path.is_symlink():
        raise WeightsError(f"{path} is a link to a file that does not exist")
    if name.startswith(("/", "./", "../", "~")) or name.lower().endswith(WEIGHT_NAMES):
        raise WeightsError(f"{path} does not exist")
    return {}


def _of_folder(folder: Path) -> dict[str, Path]:
    for kind in KINDS:
        found = sorted(folder.glob(kind))
        if found and kind in PYTORCH:
            raise WeightsError(f"{found[0]} holds PyTorch weights; Ollama takes GGUF and safetensors, so convert them")
        if found:
            if kind in SAFETENSORS:
                found += sorted({path for pattern in BESIDES for path in folder.glob(pattern)} - set(found))
            return {path.relative_to(folder).as_posix(): _inside(path, folder) for path in found}
    raise WeightsError(f"{folder} has no weights ({', '.join(KINDS)})")


def _inside(path: Path, folder: Path) -> Path:
    resolved = path.resolve()
    if resolved.is_relative_to(folder.resolve()):
        return resolved
    hint = ", as a cache of downloads has them: download into a folder of its own" if ".cache" in str(folder) else ""
    raise WeightsError(f"{path} is a link that leads out of its folder{hint}")


def _other_parts(path: Path) -> dict[str, Path]:
    """All parts of a split GGUF file, `name-00001-of-00003.gguf`."""
    split = _PART.fullmatch(path.name)
    if split is None:
        return {}
    stem, _, of = split.groups()
    names = {f"{stem}-{part:05}-of-{of}.gguf" for part in range(1, int(of) + 1)}
    parts = sorted(one for one in path.parent.iterdir() if one.name in names)
    if len(parts) != int(of):
        raise WeightsError(f"{path} is one of {int(of)} parts, but {len(parts)} are there")
    return {one.name: one for one in parts}


def check_weights(files: dict[str, Path]) -> list[GgufHeader]:
    """Check each file before gigabytes are sent; returns the headers of GGUF files.

    Raises WeightsError or GgufError for a file that is damaged, incomplete, or of an unsupported kind, and for several
    models at once, of which Ollama would create one useless model.
    """
    headers = [header for path in files.values() if (header := _check_file(path))]
    models = [header for header in headers if header.is_language_model]
    parts = models[0].parts if models else 0
    if len(models) > max(1, parts):
        names = ", ".join(sorted(files))
        raise WeightsError(f"these files hold more than one model: {names}. Name one of them after FROM")
    if len(models) < parts or {header.part for header in models} != set(range(parts)):
        raise WeightsError(f"the model comes in {parts} parts, but {len(models)} are there: {', '.join(sorted(files))}")
    return headers


def _check_file(path: Path) -> GgufHeader | None:
    if not path.is_file():  # reading a pipe would block
        raise WeightsError(f"{path} is not a file")
    with path.open("rb") as file:
        start = file.read(len(LFS_POINTER))
    if start == LFS_POINTER:
        raise WeightsError(f"{path} is only a Git LFS pointer, not the file; fetch it with `git lfs pull`")
    if start.startswith(MAGIC):
        return read_header(path)
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        _check_safetensors(path)
    elif suffix in (".pth", ".bin") and start.startswith(b"PK"):
        raise WeightsError(f"{path} holds PyTorch weights; Ollama takes GGUF and safetensors, so convert them")
    elif suffix not in (".json", ".jinja", ".model"):
        raise WeightsError(f"{path} is not in GGUF format")
    return None


def _check_safetensors(path: Path) -> None:
    """Check that the file is complete: its header has the end of each tensor."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(length) if length <= min(size, MOST_HEADER_BYTES) else b"")
            ends = [one["data_offsets"][1] for name, one in header.items() if name != "__metadata__"]
            needed = 8 + length + max(ends, default=0)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            raise WeightsError(f"{path} is not in safetensors format, or breaks off in its header") from error
    if size < needed:
        raise WeightsError(f"{path} breaks off: it has {size:,} of {needed:,} bytes; copy or download it again")


def read_chat_template(files: Iterable[Path]) -> str:
    """The chat template beside safetensors, in Jinja; "" without one. Raises OSError."""
    named = {path.name: path for path in files}
    if "chat_template.jinja" in named:
        return named["chat_template.jinja"].read_text("utf-8", "replace")
    if "tokenizer_config.json" not in named:
        return ""
    try:
        found = json.loads(named["tokenizer_config.json"].read_bytes())["chat_template"]
    except (ValueError, KeyError, TypeError):
        return ""
    several = found if isinstance(found, list) else []
    return found if isinstance(found, str) else "\n".join(str(one) for one in several)
