"""`flask models list`."""

from __future__ import annotations

from pathlib import Path

import click

import config
from core import gpu, speech_models
from pipeline.errors import PipelineError
from webapp.cli import ollama_status
from webapp.cli.errors import tell_errors


@click.group("models")
def models_group() -> None:
    """List models."""


@models_group.command("list")
@tell_errors
def list_models() -> None:
    """List the speech models of this machine and the language models of Ollama, and which are used."""
    settings = config.load()
    _list_speech_models(settings)
    click.echo()
    for line in ollama_status.describe_models(settings):
        click.echo(line)


def _list_speech_models(settings: config.Settings) -> None:
    used: dict[Path, str] = {}
    problem: PipelineError | None = None
    try:
        whisper = speech_models.choose_whisper(settings, gpu.find_gpu(settings))
        used[whisper.model.folder] = whisper.why
        diarization = speech_models.choose_diarization(settings, with_demo=whisper.model.is_demo)
        used[diarization.model.folder] = diarization.why
    except PipelineError as error:
        problem = error
    for model in speech_models.list_installed(settings):
        why = used.get(model.folder)
        note = f"used: {why}" if why else ""
        click.echo(f"{model.kind:12} {model.name:28} {model.size_bytes / 1e6:8.1f} MB  {note}")
    if problem:
        click.echo(f"{problem.message} {problem.hint}")
    click.echo(f"Folder of installed models: {settings.models}")
