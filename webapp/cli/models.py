"""`flask models list`; the other commands of the group are in `models_install` and `models_archive`."""

from __future__ import annotations

import click

import config
from core import speech_models
from core.speech_memory import measure, needed_bytes
from pipeline.errors import PipelineError
from webapp.cli import models_archive, models_install, ollama_status
from webapp.cli.errors import tell_errors
from webapp.formats import printable, size


@click.group("models")
def models_group() -> None:
    """Install, check and list models."""


models_group.add_command(models_install.pull_models)
models_group.add_command(models_install.verify_models)
models_group.add_command(models_archive.export_command)
models_group.add_command(models_archive.import_command)


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
    used, problem = speech_models.find_used(settings)
    budget = measure(settings)
    for model in speech_models.list_installed(settings):
        needed = needed_bytes(model.size_bytes, settings, budget.on_gpu) if model.kind == "whisper" else 0
        notes = ["fits" if budget.allows(needed) else f"needs {size(needed)}"]
        notes += [f"used: {used[model.folder]}"] if model.folder in used else []
        line = f"{model.kind:12} {printable(model.name):32} {size(model.size_bytes):>8}  {', '.join(notes)}"
        click.echo(line)
    for name, count in speech_models.list_unfinished(settings.models):
        click.echo(f"{'unfinished':12} {printable(name):32} {size(count):>8}  `flask models pull` goes on with it")
    if isinstance(problem, PipelineError):
        click.echo(f"{problem.message} {problem.hint}")
    click.echo(f"Folder of installed models: {settings.models}, with {budget}")
