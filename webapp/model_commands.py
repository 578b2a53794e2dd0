"""`flask models` and `flask import-ollama-models`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import config
from webapp.commands import tell_errors
from webapp.formats import printable, size
from webapp.transfers import Transfers

if TYPE_CHECKING:
    from ollama_import.importer import ImportOptions, ImportResult
    from ollama_import.sources import ModelSource

#: In DATA_DIR: what was hashed and imported before.
MEMORY_FILE = "ollama-imports.json"
OUTCOMES = {"imported": "imported", "skipped": "skipped", "failed": "failed", "planned": "to import"}
INTERRUPTED = 130


@click.group("models")
def models_group() -> None:
    """Look after the models."""


@models_group.command("list")
@tell_errors
def list_models() -> None:
    """List the speech models of this machine and the language models of Ollama, and which are used."""
    from webapp import ollama_models

    settings = config.load()
    _list_speech_models(settings)
    click.echo()
    for line in ollama_models.describe(settings):
        click.echo(line)


def _list_speech_models(settings: config.Settings) -> None:
    from core import gpu, speech_models
    from pipeline.errors import PipelineError

    used: dict[Path, str] = {}
    problems = []
    try:
        whisper = speech_models.choose_whisper(settings, gpu.find_gpu(settings))
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
@click.option("--force", is_flag=True, help="Overwrite models that Ollama has already.")
@click.option("--only", "names", multiple=True, metavar="NAME", help="Import this model only; may be given again.")
@click.option("--dry-run", is_flag=True, help="Check everything and say what would be sent; change nothing.")
@click.option("--no-verify", is_flag=True, help="Do not try a chat with each new model.")
@click.option(
    "--quantize",
    type=click.Choice(["q4_K_M", "q4_K_S", "q8_0"], case_sensitive=False),
    help="Have Ollama make 16 or 32 bit weights smaller.",
)
@tell_errors
def import_ollama_models(
    folder: Path, force: bool, names: Sequence[str], dry_run: bool, no_verify: bool, quantize: str | None
) -> None:
    """Import each model in FOLDER into Ollama: a subfolder with a Modelfile and its weights, or a file *.Modelfile.

    FOLDER is ollama-models where it is not given. docs/models.md tells the rest.
    """
    from ollama_import.importer import ImportOptions

    options = ImportOptions(force=force, dry_run=dry_run, chat=not no_verify, quantize=quantize)
    results: list[ImportResult] = []
    try:
        _import(_find_sources(folder, names), options, results)
    except KeyboardInterrupt:
        click.echo("Stopped. What was sent whole is kept; the next run goes on from there.", err=True)
        _show_table(results, dry_run)
        sys.exit(INTERRUPTED)
    _show_table(results, dry_run)
    sys.exit(1 if any(one.outcome == "failed" for one in results) else 0)


def _find_sources(folder: Path, names: Sequence[str]) -> list[ModelSource]:
    """The models of a folder that are asked for. Raises UsageError where there are none."""
    from ollama_import.sources import UnknownName, choose_models, find_models

    what = "a model is a subfolder with a Modelfile and its weights, or a file such as recap.Modelfile"
    try:
        sources = find_models(folder)
        if not sources:
            raise click.UsageError(f"There are no models in {folder}: {what}.")
        return choose_models(sources, names)
    except NotADirectoryError as error:
        raise click.UsageError(f"There is no folder {folder}. Make it, or name another one: {what}.") from error
    except UnknownName as error:
        raise click.UsageError(printable(str(error))) from error


def _import(sources: Sequence[ModelSource], options: ImportOptions, results: list[ImportResult]) -> None:
    """Import, adding each result as it comes, so that they are there when a person stops it."""
    from ollama_import.import_cache import ImportCache
    from ollama_import.import_client import ImportClient
    from ollama_import.importer import Importer
    from pipeline.errors import OllamaUnreachable
    from pipeline.ollama.errors import OllamaRefused

    settings = config.load()
    cache = ImportCache(settings.data_dir / MEMORY_FILE)
    transfers = Transfers()
    try:
        with ImportClient(settings.ollama_host) as client:
            importer = Importer(client, options, cache=cache, on_progress=transfers, chat_obstacle=find_chat_obstacle)
            for result in importer.run(sources):
                transfers.close()
                results.append(result)
    except OllamaUnreachable as error:
        raise OllamaUnreachable(
            f"Ollama does not answer at {settings.ollama_host}, so nothing was read or sent.",
            "Start it with `ollama serve`, or set OLLAMA_HOST to where it runs, then run this again.",
        ) from error
    except OllamaRefused as error:
        raise OllamaUnreachable(
            f"Nothing can be imported into Ollama at {settings.ollama_host}: {error.message}.",
            "Update Ollama, or set OLLAMA_HOST to where it runs, then run this again.",
        ) from error
    finally:
        transfers.close()


def find_chat_obstacle() -> str | None:
    """Why no model may be loaded now, None where one may: a chat would take the GPU's memory from a job at work."""
    from sqlalchemy import inspect, select
    from sqlalchemy.exc import SQLAlchemyError

    from core.database.sessions import read
    from core.database.tables import Job, Status

    try:
        with read() as session:
            # without tables there was no job yet
            if not inspect(session.connection()).has_table(Job.__tablename__):
                return None
            working = select(Job.id).where(Job.queue == "gpu", Job.status == Status.RUNNING).limit(1)
            return "a job is running" if session.scalar(working) else None
    except SQLAlchemyError:
        return "the database does not answer, so a job may be running"


def _show_table(results: Sequence[ImportResult], dry_run: bool) -> None:
    if not results:
        return
    results = [replace(one, name=printable(one.name), reason=printable(one.reason)) for one in results]
    width = max(5, *(len(one.name) for one in results))
    click.echo(f"\n{'Model':{width}}  {'Outcome':9}  {'Size':>7}  Why")
    for one in sorted(results, key=lambda one: one.name):
        of = size(one.size) if one.size else ""
        why = one.reason
        if one.outcome == "planned" and one.size:
            why = "; ".join(filter(None, (f"{size(one.sent)} to send", why)))
        click.echo(f"{one.name:{width}}  {OUTCOMES[one.outcome]:9}  {of:>7}  {why}".rstrip())
    counts = Counter(OUTCOMES[one.outcome] for one in results)
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
    click.echo(f"{told}; {size(sum(one.sent for one in results))} {'to send' if dry_run else 'sent'}.")
