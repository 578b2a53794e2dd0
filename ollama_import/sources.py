"""Finds the models in a folder, and their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ollama_import.errors import ImportProblem
from ollama_import.modelfile_grammar import decode
from pipeline.ollama.model_names import full_name, name_key

SUFFIX = ".Modelfile"
QUANTIZATIONS = ("q4_K_M", "q4_K_S", "q8_0")
"""What Ollama can quantize 16 and 32 bit weights to."""
WEIGHTS = ("*.gguf", "*.safetensors")


class UnknownName(ImportProblem):
    """No model of the folder has the requested name."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model to import: its name in Ollama, with a tag if given, and its Modelfile.

    `modelfile` None: the folder has weights only. `problem` says what is wrong with its folder.
    """

    name: str
    folder: Path
    modelfile: Path | None
    quantize: str | None = None
    problem: str = ""

    @property
    def place(self) -> Path:
        """The path for messages."""
        return self.modelfile or self.folder


def find_models(folder: Path) -> list[ModelSource]:
    """All models below a folder, by name.

    A subfolder with a file `Modelfile`, or with one `*.Modelfile`, or with weights alone, is a model named like the
    subfolder; a file `NAME` in it may say another name or a tag (`recap:8b`), and a file `QUANTIZE` one of
    `QUANTIZATIONS`. With several `*.Modelfile` each is a tag. `x.Modelfile` in the folder itself is the model `x`.
    Raises NotADirectoryError.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder {folder}")
    found = [ModelSource(path.name.removesuffix(SUFFIX), folder, path) for path in _modelfiles(folder)]
    for sub in folder.iterdir():
        if sub.is_dir() and not sub.name.startswith("."):
            try:
                found += _of_subfolder(sub)
            except OSError as error:
                found.append(ModelSource(sub.name, sub, None, problem=f"{sub} cannot be read: {error.strerror}"))
    return sorted(found, key=lambda one: (one.name, one.place))


def choose_models(sources: Sequence[ModelSource], names: Sequence[str]) -> list[ModelSource]:
    """The models of these names, or all without names. Raises UnknownName."""
    wanted = {name_key(name) for name in names}
    known = {name_key(one.name) for one in sources}
    unknown = [name for name in names if name_key(name) not in known]
    if unknown:
        there = ", ".join(dict.fromkeys(one.name for one in sources)) or "none"
        raise UnknownName(f"There is no model {', '.join(unknown)}. The models there are: {there}.")
    return [one for one in sources if not wanted or name_key(one.name) in wanted]


def find_duplicates(sources: Sequence[ModelSource]) -> dict[Path, str]:
    """The problem of each source whose name another one has too, by its place."""
    same: dict[str, list[ModelSource]] = {}
    for one in sources:
        same.setdefault(name_key(one.name), []).append(one)
    found: dict[Path, str] = {}
    for many in same.values():
        if len(many) > 1:
            places = " and ".join(str(one.place) for one in many)
            found |= {one.place: f"two sources give the name {full_name(many[0].name)}: {places}" for one in many}
    return found


def _modelfiles(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def _of_subfolder(sub: Path) -> Iterator[ModelSource]:
    try:
        name, quantize = _one_line(sub / "NAME") or sub.name, _one_line(sub / "QUANTIZE")
        problem = ""
    except (ImportProblem, OSError) as error:
        name, quantize, problem = sub.name, None, str(error)
    plain = [path for path in sub.iterdir() if path.name.lower() == "modelfile" and path.is_file()]
    files = plain[:1] or _modelfiles(sub)
    for path in files:
        tag = f":{path.name.removesuffix(SUFFIX)}" if len(files) > 1 and ":" not in name else ""
        yield ModelSource(name + tag, sub, path, quantize, problem)
    if not files:
        yield from _without_modelfile(ModelSource(name, sub, None, quantize, problem))


def _without_modelfile(source: ModelSource) -> Iterator[ModelSource]:
    """A folder of weights means `FROM .`, unless a file that looks like a Modelfile would be ignored."""
    alike = sorted(path for path in source.folder.iterdir() if path.name.lower().startswith("modelfile"))
    if alike:
        problem = f"{alike[0]} is not read; a Modelfile is named Modelfile, or ends in {SUFFIX}"
        yield ModelSource(source.name, source.folder, None, source.quantize, problem)
    elif any(next(source.folder.glob(kind), None) for kind in WEIGHTS):
        yield source


def _one_line(path: Path) -> str | None:
    """The first line of a small file; None if there is no such file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        lines = decode(file.read(10_000), path).splitlines()
    return lines[0].strip() or None if lines else None
