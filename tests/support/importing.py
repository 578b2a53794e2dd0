"""Models to import, and importing them, for the tests beside."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ollama_import.import_cache import ImportCache
from ollama_import.import_client import ImportClient
from ollama_import.importer import Importer, ImportOptions, ImportResult
from ollama_import.sources import find_models
from support.gguf_files import gguf

MODELFILE = """FROM ./model.gguf
TEMPLATE "{{ .System }}
{{ .Prompt }}!"
SYSTEM "You write recaps.
Begin with the \\"decisions\\"."
PARAMETER num_ctx 8192
PARAMETER temperature 0.3
PARAMETER use_mmap false
PARAMETER stop a
PARAMETER stop "\x1b \\"
LICENSE MIT
LICENSE "Two
lines"
MESSAGE user hello
MESSAGE assistant hi
RENDERER qwen3
PARSER qwen3
REQUIRES 0.12.0
"""


def put_model(folder: Path, name: str, modelfile: str = MODELFILE, **files: bytes) -> Path:
    model = folder / name
    model.mkdir(parents=True)
    (model / "Modelfile").write_text(modelfile)
    for file, data in (files or {"model__gguf": gguf()}).items():
        (model / file.replace("__", ".")).write_bytes(data)
    return model


def import_all(
    client: ImportClient, folder: Path, cache: ImportCache | None = None, **options: Any
) -> list[ImportResult]:
    importer = Importer(client, ImportOptions(**options), cache=cache, pause=lambda seconds: None)
    return sorted(importer.run(find_models(folder)), key=lambda one: one.name)


def only(client: ImportClient, folder: Path, cache: ImportCache | None = None, **options: Any) -> tuple[str, str]:
    (result,) = import_all(client, folder, cache, **options)
    return result.outcome, result.reason


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
