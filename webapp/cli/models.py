"""`flask models list`; the other commands of the group are in `models_install` and `models_archive`."""

from __future__ import annotations

import click

import config
from core import speech_models
from core.models_in_use import find_models_in_use
from core.speech_memory import needed_bytes
from webapp.cli import models_archive, models_install, models_try, ollama_status
from webapp.cli.errors import tell_errors
from webapp.formats import printable, size


@click.group("models")
def models_group() -> None:
    """Install, check and list models."""


models_group.add_command(models_install.pull_models)
models_group.add_command(models_install.verify_models)
models_group.add_command(models_try.try_model)
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
    in_use = find_models_in_use(settings)
    used = {in_use.diarization: "used", in_use.whisper: f"used: {in_use.why}"}
    for model in speech_models.list_installed(settings):
        needed = 0
        if model.kind == "whisper":
            needed = needed_bytes(model.size_bytes, settings, in_use.budget.on_gpu, model.engine)
        notes = ["fits" if in_use.budget.allows(needed) else f"needs {size(needed)}"]
        notes += [used[model.name]] if model.name in used else []
        click.echo(f"{model.kind:12} {printable(model.name):32} {size(model.size_bytes):>8}  {', '.join(notes)}")
    for name, count in speech_models.list_unfinished(settings.models):
        click.echo(f"{'unfinished':12} {printable(name):32} {size(count):>8}  `flask models pull` goes on with it")
    if in_use.problem:
        click.echo(f"{in_use.problem} {in_use.hint}")
    if not in_use.by_worker:
        click.echo("No worker of the queue gpu is alive; this is what one would use.")
    click.echo(f"Folder of installed models: {settings.models}. Models are chosen by {in_use.budget}.")
