"""Which files a FROM, ADAPTER or DRAFT of a Modelfile stands for, after `parser.go`."""

from __future__ import annotations

from pathlib import Path

KINDS = (
    "model*.safetensors",
    "consolidated*.safetensors",
    "adapter*.safetensors",
    "pytorch_model*.bin",
    "consolidated*.pth",
    "*.gguf",
    "*.bin",
)
"""Of a folder of weights the first of these that is there counts."""
BESIDES = ("*.json", "chat_template.jinja", "**/tokenizer.model")
"""What a folder of safetensors or PyTorch weights needs beside them."""
WEIGHT_NAMES = (".gguf", ".safetensors", ".bin", ".pth")


class WeightsError(ValueError):
    """Weights that are not there, or lie outside the model's folder."""


def find_weights(name: str, folder: Path) -> dict[str, Path]:
    """The files that `name` stands for, by the relative name to send; none where it names a model of the server.

    Paths are absolute, from the home folder (`~`), or relative to the Modelfile's folder.
    Raises WeightsError for a file that is missing, and for a link that leads out of a folder of weights.
    """
    path = folder / Path(name).expanduser()
    if path.is_dir():
        return _of_folder(path)
    if path.is_file():
        return {path.name: path} | _other_parts(path)
    if name.startswith(("/", "./", "../", "~")) or name.lower().endswith(WEIGHT_NAMES):
        raise WeightsError(f"{path} does not exist")
    return {}


def _of_folder(folder: Path) -> dict[str, Path]:
    for kind in KINDS:
        found = sorted(folder.glob(kind))
        if found:
            if not kind.endswith(".gguf"):
                found += sorted({path for pattern in BESIDES for path in folder.glob(pattern)} - set(found))
            return {path.relative_to(folder).as_posix(): _inside(path, folder) for path in found}
    raise WeightsError(f"{folder} has no weights ({', '.join(KINDS)})")


def _inside(path: Path, folder: Path) -> Path:
    resolved = path.resolve()
    if not resolved.is_relative_to(folder.resolve()):
        raise WeightsError(f"{path} leads out of its folder")
    return resolved


def _other_parts(path: Path) -> dict[str, Path]:
    """The other parts of a split GGUF file, `name-00001-of-00003.gguf`."""
    stem, part, of = path.stem.rpartition("-of-")
    if not part or not of.isdigit() or path.suffix.lower() != ".gguf":
        return {}
    prefix = stem.rpartition("-")[0]
    parts = sorted(path.parent.glob(f"{prefix}-*-of-{of}{path.suffix}"))
    if len(parts) != int(of):
        raise WeightsError(f"{path} is one of {int(of)} parts, but {len(parts)} are there")
    return {one.name: one for one in parts}
