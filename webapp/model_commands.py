"""`flask models` and `flask import-ollama-models`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import config
from webapp.commands import tell_errors


@click.group("models")
def models_group() -> None:
    """Look after the speech models."""


@models_group.command("list")
@tell_errors
def list_models() -> None:
    """List the speech models of this machine and which are used."""
    from library import hardware, speech_models
    from pipeline.errors import PipelineError

    settings = config.load()
    used: dict[Path, str] = {}
    problems = []
    try:
        whisper = speech_models.choose_whisper(settings, hardware.find_gpu(settings))
        used[whisper.model.folder] = whisper.why
        diarization = speech_models.choose_diarization(settings, with_demo=whisper.model.is_demo)
        used[diarization.model.folder] = diarization.why
    except PipelineError as error:
        problems.append(error)
    for model in speech_models.list_installed(settings):
        why = used.get(model.folder)
        mark = f"used: {why}" if why else ""
        click.echo(f"{model.kind:12} {model.name:28} {model.size_bytes / 1e6:8.1f} MB  {mark}")
    for problem in problems:
        click.echo(f"{problem.message} {problem.hint}")
    click.echo(f"Folder of installed models: {settings.models}")


@click.command("import-ollama-models")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("ollama-models"))
@click.option("--force", is_flag=True, help="Import models again that Ollama has already.")
@tell_errors
def import_ollama_models(folder: Path, force: bool) -> None:
    """Import each model in FOLDER (a subfolder with a Modelfile and its GGUF files) into Ollama."""
    from pipeline.ollama.importer import import_folder

    if not import_folder(config.load().ollama_host, folder, force=force, echo=click.echo):
        sys.exit(1)
