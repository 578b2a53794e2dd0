"""Importing models into Ollama from a folder of Modelfiles and weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import PipelineError
from pipeline.ollama.client import ModelCard, OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.modelfile import Modelfile, ModelfileError, read_modelfile
from pipeline.ollama.weights import WeightsError, find_weights

HASH_BYTES = 1 << 20
OnProgress = Callable[[str, float], None]
"""Called with what is being done ("hashing model.gguf") and its share done, 0..1."""
CREATE_VERSION = (0, 5, 5)
"""The first server whose create takes uploaded files."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model to import: its name in Ollama, with a tag where one was given, and its Modelfile."""

    name: str
    modelfile: Path


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How it went with one model, and why it was not imported."""

    name: str
    outcome: Literal["imported", "skipped", "failed"]
    reason: str = ""


def find_models(folder: Path) -> list[ModelSource]:
    """All models below a folder, by name.

    A subfolder with a file `Modelfile`, or with one `*.Modelfile`, is a model named like the subfolder; a file `NAME`
    in it may say another name or a tag (`recap:8b`). `x.Modelfile` in the folder itself is the model `x`.
    Raises NotADirectoryError.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder {folder}")
    found = [ModelSource(path.name.removesuffix(".Modelfile"), path) for path in folder.glob("*.Modelfile")]
    for sub in folder.iterdir():
        if not sub.is_dir() or sub.name.startswith("."):
            continue
        files = [sub / "Modelfile"] if (sub / "Modelfile").is_file() else sorted(sub.glob("*.Modelfile"))
        name = _given_name(sub)
        for path in files:
            tag = f":{path.name.removesuffix('.Modelfile')}" if len(files) > 1 and ":" not in name else ""
            found.append(ModelSource(name + tag, path))
    return sorted((one for one in found if one.modelfile.is_file()), key=lambda one: one.name)


def import_model(
    client: OllamaClient,
    source: ModelSource,
    *,
    force: bool = False,
    on_progress: OnProgress = lambda what, share: None,
) -> ImportResult:
    """Import one model: upload what the server lacks, create, look it up.

    A model of that name is never overwritten without `force`. What goes wrong is in the result, not raised.
    """
    try:
        return _import(client, source, force, on_progress)
    except (ModelfileError, WeightsError) as error:
        return ImportResult(source.name, "failed", str(error))
    except OllamaRefused as error:
        return ImportResult(source.name, "failed", f"Ollama refused: {error.message}")
    except PipelineError as error:
        return ImportResult(source.name, "failed", _plain(error))
    except OSError as error:
        return ImportResult(source.name, "failed", f"{error.filename}: {error.strerror}")


def _import(client: OllamaClient, source: ModelSource, force: bool, on_progress: OnProgress) -> ImportResult:
    modelfile = read_modelfile(source.modelfile)
    if client.find(source.name) and not force:
        card = client.show(source.name)
        differs = ", ".join(_differences(modelfile, card))
        reason = f"differs ({differs}), use --force" if differs else "already there"
        return ImportResult(source.name, "skipped", reason)
    _check_version(client)
    body = _create_body(client, source, modelfile, on_progress)
    client.create(body, lambda status: on_progress(status, 1.0))
    client.show(source.name)
    return ImportResult(source.name, "imported", _ignored(modelfile))


def _create_body(
    client: OllamaClient, source: ModelSource, modelfile: Modelfile, on_progress: OnProgress
) -> dict[str, Any]:
    """The request that makes the model, after its files are on the server."""
    folder = source.modelfile.parent
    weights = find_weights(modelfile.base, folder)
    body: dict[str, Any] = {"model": source.name}
    if weights:
        body["files"] = {name: _upload(client, path, on_progress) for name, path in weights.items()}
    else:
        body["from"] = modelfile.base
    adapters = {name: path for one in modelfile.adapters for name, path in _need_weights(one, folder).items()}
    if adapters:
        body["adapters"] = {name: _upload(client, path, on_progress) for name, path in adapters.items()}
    if modelfile.draft:
        drafts = _need_weights(modelfile.draft, folder)
        body["draft_files"] = {name: _upload(client, path, on_progress) for name, path in drafts.items()}
    given: dict[str, Any] = {
        "template": modelfile.template,
        "system": modelfile.system,
        "renderer": modelfile.renderer,
        "parser": modelfile.parser,
        "requires": modelfile.requires,
        "license": list(modelfile.licenses),
        "parameters": modelfile.parameters,
        "messages": [{"role": role, "content": text} for role, text in modelfile.messages],
    }
    return body | {key: value for key, value in given.items() if value}


def _need_weights(name: str, folder: Path) -> dict[str, Path]:
    files = find_weights(name, folder)
    if not files:
        raise WeightsError(f"{folder / name} does not exist")
    return files


def _upload(client: OllamaClient, path: Path, on_progress: OnProgress) -> str:
    """Put a file on the server, and return its digest."""
    digest = hash_file(path, lambda share: on_progress(f"hashing {path.name}", share))
    client.upload_blob(path, digest, lambda done, size: on_progress(f"uploading {path.name}", done / max(1, size)))
    return digest


def hash_file(path: Path, on_progress: Callable[[float], None]) -> str:
    """The SHA-256 of a file, as Ollama writes it ("sha256:...")."""
    digest = hashlib.sha256()
    size = max(1, path.stat().st_size)
    with path.open("rb") as file:
        while chunk := file.read(HASH_BYTES):
            digest.update(chunk)
            on_progress(file.tell() / size)
    return f"sha256:{digest.hexdigest()}"


def _differences(modelfile: Modelfile, card: ModelCard) -> list[str]:
    """What the Modelfile says otherwise than the installed model; weights are not compared, they take long to hash."""
    wanted = {"template": modelfile.template, "system": modelfile.system, "parameters": modelfile.parameters or None}
    actual = {"template": card.template, "system": card.system, "parameters": card.parameters}
    return [name for name, value in wanted.items() if value is not None and value != actual[name]]


def _given_name(folder: Path) -> str:
    file = folder / "NAME"
    name = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    return name or folder.name


def _check_version(client: OllamaClient) -> None:
    version = client.version()
    numbers = tuple(int(part) for part in version.split("-")[0].split(".") if part.isdigit())
    # 0.0.0 is what builds from source say
    if (0, 0, 0) < numbers < CREATE_VERSION:
        raise OllamaRefused(f"version {version} is too old to import models, 0.5.5 or later is needed")


def _ignored(modelfile: Modelfile) -> str:
    names = ", ".join(modelfile.ignored)
    return f"Ollama no longer knows the parameters {names}" if names else ""


def _plain(error: PipelineError) -> str:
    return f"Ollama did not answer. {error.hint}" if error.code == "ollama_unreachable" else error.message


def import_folder(host: str, folder: Path, *, force: bool = False, echo: Callable[[str], None] = print) -> bool:
    """Import all models of a folder, telling how it goes; True unless something failed or there was nothing to do."""
    try:
        sources = find_models(folder)
    except NotADirectoryError as error:
        echo(f"{error}. Make it, with one subfolder for each model: a Modelfile and its GGUF files.")
        return False
    if not sources:
        echo(f"There are no models in {folder}: a model is a subfolder with a Modelfile and its GGUF files.")
        return False
    results = []
    with OllamaClient(host) as client:
        for source in sources:
            results.append(import_model(client, source, force=force, on_progress=_tell(source.name, echo)))
    width = max(len(one.name) for one in results)
    for one in results:
        echo(f"{one.name:{width}}  {one.outcome:8}  {one.reason}".rstrip())
    return all(one.outcome != "failed" for one in results)


def _tell(name: str, echo: Callable[[str], None]) -> OnProgress:
    """Progress as lines, one for each new doing and each tenth of it."""
    told: tuple[str, int] | None = None

    def tell(what: str, share: float) -> None:
        nonlocal told
        now = (what, int(share * 10))
        if now != told:
            told = now
            echo(f"{name}: {what} {share:.0%}" if what.startswith(("hashing", "uploading")) else f"{name}: {what}")

    return tell
