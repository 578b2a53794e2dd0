"""Plans what to send for one model, from its files alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ollama_import.chat_formats import ChatFormat, recognise_format
from ollama_import.errors import ImportProblem
from ollama_import.gguf import GgufHeader
from ollama_import.modelfile import Modelfile, read_modelfile
from ollama_import.name_check import check_name
from ollama_import.sources import QUANTIZATIONS, ModelSource
from ollama_import.weight_files import WeightsError, check_weights, find_weights, read_chat_template
from pipeline.ollama.model_names import name_key

FileRole = Literal["files", "adapters", "draft_files"]
QUANTIZABLE = ("F32", "F16", "BF16")


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file to send: the field of create for it, its relative name there, and its size in bytes."""

    role: FileRole
    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A model ready to be sent.

    `base` is the server's model that it is based on, None if it has its own weights; `header` that of the GGUF file
    with the language model, None for safetensors; `quantize` one of `QUANTIZATIONS`. `chat_template` is that of the
    weights, in Jinja, and `format` what Ollama is given in its place.
    """

    source: ModelSource
    modelfile: Modelfile
    base: str | None
    files: tuple[WeightFile, ...]
    header: GgufHeader | None
    quantize: str | None
    chat_template: str = ""
    format: ChatFormat | None = None

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def size(self) -> int:
        """The total of all files in bytes."""
        return sum(one.size for one in self.files)

    @property
    def notes(self) -> str:
        """Notes for its owner."""
        notes = []
        if self.modelfile.ignored:
            notes.append(f"Ollama no longer knows the parameters {', '.join(self.modelfile.ignored)}")
        if self.quantize:
            notes.append(f"quantized to {self.quantize}")
        if self.format:
            notes.append(f"given the chat template of {self.format.name}, since Ollama took none from the file")
        return "; ".join(notes)

    @property
    def known_format(self) -> ChatFormat | None:
        """The form of a chat that the weights name; None if their owner gave one, or it is not known."""
        is_own = self.modelfile.template or self.modelfile.renderer
        return None if is_own else recognise_format(self.chat_template)

    def with_format(self, form: ChatFormat) -> ImportPlan:
        """The same plan, with the template and the stops of this form."""
        parameters = {"stop": list(form.stops)} | self.modelfile.parameters
        return replace(
            self, format=form, modelfile=replace(self.modelfile, template=form.template, parameters=parameters)
        )

    def body(self, digests: Mapping[Path, str]) -> dict[str, Any]:
        """The body of the create request, once the server has the files with these digests."""
        body: dict[str, Any] = {"model": self.name, "from": self.base, "quantize": self.quantize}
        for one in self.files:
            body.setdefault(one.role, {})[one.name] = digests[one.path]
        said = self.modelfile
        body |= {
            "template": said.template,
            "system": said.system,
            "renderer": said.renderer,
            "parser": said.parser,
            "requires": said.requires,
            "license": list(said.licenses),
            "parameters": said.parameters,
            "messages": [{"role": role, "content": text} for role, text in said.messages],
        }
        return {key: value for key, value in body.items() if value}


def make_plan(source: ModelSource, quantize: str | None = None) -> ImportPlan:
    """Read and check all files; `quantize` overrides the setting of the folder.

    Raises ImportProblem, in words for the owner, and OSError.
    """
    check_name(source.name)
    if source.problem:
        raise ImportProblem(source.problem)
    modelfile = read_modelfile(source.modelfile) if source.modelfile else Modelfile(bases=(".",))
    base, files, header = _find_base(modelfile, source.folder)
    quantize = _check_quantize(quantize or source.quantize, header, files)
    for role, name in (("adapters", modelfile.adapter), ("draft_files", modelfile.draft)):
        if name:
            files += _find_extra(role, name, source.folder, files)  # type: ignore[arg-type]
    template = header.chat_template if header else read_chat_template(one.path for one in files)
    return ImportPlan(source, modelfile, base, files, header, quantize, template)


def bases_first(plans: Sequence[ImportPlan]) -> list[ImportPlan]:
    """The plans, each after that of its base."""
    by_name = {name_key(plan.name): plan for plan in plans}
    ordered: dict[str, ImportPlan] = {}
    for plan in plans:
        line: list[ImportPlan] = []
        at: ImportPlan | None = plan
        while at is not None and at not in line and name_key(at.name) not in ordered:
            line.append(at)
            at = by_name.get(name_key(at.base)) if at.base else None
        ordered |= {name_key(one.name): one for one in reversed(line)}
    return list(ordered.values())


def _find_base(modelfile: Modelfile, folder: Path) -> tuple[str | None, tuple[WeightFile, ...], GgufHeader | None]:
    """The server's model, or the files and their header."""
    found = {name: find_weights(name, folder) for name in modelfile.bases}
    names = [name for name, files in found.items() if not files]
    files: dict[str, Path] = {}
    for some in found.values():
        for name, path in some.items():
            if files.setdefault(name, path) != path:
                raise WeightsError(f"{files[name]} and {path} have the same name; Ollama identifies files by it")
    if names and (files or len(names) > 1):
        raise WeightsError(
            f"FROM names {' and '.join(modelfile.bases)}; Ollama accepts files, or one model that it has"
        )
    if names:
        return names[0], (), None
    headers = check_weights(files)
    models = [header for header in headers if header.is_language_model]
    if headers and not models:
        raise WeightsError(f"none of these files holds a language model: {', '.join(sorted(files))}")
    return None, _as_files("files", files), _whole(models)


def _whole(models: list[GgufHeader]) -> GgufHeader | None:
    """The header of the first part, with the total number of weights."""
    if not models:
        return None
    first = min(models, key=lambda header: header.part)
    return replace(first, parameter_count=sum(header.parameter_count for header in models), part=0)


def _find_extra(role: FileRole, name: str, folder: Path, base: tuple[WeightFile, ...]) -> tuple[WeightFile, ...]:
    files = find_weights(name, folder)
    if not files:
        raise WeightsError(f"{folder / name} does not exist")
    check_weights(files)
    same = {one.path.resolve() for one in base} & {path.resolve() for path in files.values()}
    if same:
        raise WeightsError(f"{min(same)} is given by FROM too; an ADAPTER or DRAFT is a file of its own")
    return _as_files(role, files)


def _as_files(role: FileRole, files: dict[str, Path]) -> tuple[WeightFile, ...]:
    for name, path in files.items():
        if not name.isprintable():  # such as invalid UTF-8
            raise WeightsError(f"{path} has a name that cannot be sent to Ollama; rename it")
    return tuple(WeightFile(role, name, path, path.stat().st_size) for name, path in files.items())


def _check_quantize(wanted: str | None, header: GgufHeader | None, files: tuple[WeightFile, ...]) -> str | None:
    """The quantization in Ollama's spelling. Only 16 and 32 bit weights can be quantized; a base is checked later."""
    if not wanted:
        return None
    spelt = next((one for one in QUANTIZATIONS if one.lower() == wanted.lower()), None)
    if spelt is None:
        raise ImportProblem(f"Ollama does not quantize to {wanted!r}, only to {', '.join(QUANTIZATIONS)}")
    if header and header.quantization not in QUANTIZABLE:
        raise ImportProblem(
            f"{files[0].path} is in {header.quantization} already; only {', '.join(QUANTIZABLE)} can be quantized"
        )
    return spelt
