"""`flask import-ollama-models`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import config
from webapp.cli.errors import INTERRUPTED, tell_errors
from webapp.cli.progress_bars import TransferProgress
from webapp.formats import printable, size

if TYPE_CHECKING:
    from ollama_import.importer import ImportOptions, ImportResult
    from ollama_import.sources import ModelSource

#: In DATA_DIR: the models hashed and imported so far.
CACHE_FILE = "ollama-imports.json"
OUTCOMES = {"imported": "imported", "skipped": "skipped", "failed": "failed", "planned": "to import"}


@click.command("import-ollama-models")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("ollama-models"))
@click.option("--force", is_flag=True, help="Overwrite existing models.")
@click.option("--only", "names", multiple=True, metavar="NAME", help="Import only this model. Can be repeated.")
@click.option("--dry-run", is_flag=True, help="Report what would be sent; change nothing.")
@click.option("--no-verify", is_flag=True, help="Skip the test chat with each new model.")
@click.option(
    "--quantize",
    type=click.Choice(["q4_K_M", "q4_K_S", "q8_0"], case_sensitive=False),
    help="Have Ollama quantize 16 or 32 bit weights.",
)
@tell_errors
def import_ollama_models(
    folder: Path, force: bool, names: Sequence[str], dry_run: bool, no_verify: bool, quantize: str | None
) -> None:
    """Import each model in FOLDER into Ollama: a subfolder with a Modelfile and its weights, or a file *.Modelfile.

    FOLDER defaults to ollama-models. See docs/models.md.
    """
    from ollama_import.importer import ImportOptions

    options = ImportOptions(force=force, dry_run=dry_run, chat=not no_verify, quantize=quantize)
    results: list[ImportResult] = []
    try:
        _import(_find_sources(folder, names), options, results)
    except KeyboardInterrupt:
        click.echo("Stopped. Complete files are kept. The next run continues from there.", err=True)
        _show_table(results, dry_run)
        sys.exit(INTERRUPTED)
    _show_table(results, dry_run)
    sys.exit(1 if any(result.outcome == "failed" for result in results) else 0)


def _find_sources(folder: Path, names: Sequence[str]) -> list[ModelSource]:
    """The selected models of a folder. Raises UsageError if there are none."""
    from ollama_import.sources import UnknownName, choose_models, find_models

    layout = "a model is a subfolder with a Modelfile and its weights, or a file such as recap.Modelfile"
    try:
        sources = find_models(folder)
        if not sources:
            raise click.UsageError(f"There are no models in {folder}: {layout}.")
        return choose_models(sources, names)
    except NotADirectoryError as error:
        raise click.UsageError(f"There is no folder {folder}. Create it, or choose another one: {layout}.") from error
    except UnknownName as error:
        raise click.UsageError(printable(str(error))) from error


def _import(sources: Sequence[ModelSource], options: ImportOptions, results: list[ImportResult]) -> None:
    """Import the models, adding each result as it arrives, so that an interrupted run can report them."""
    from ollama_import.import_cache import ImportCache
    from ollama_import.import_client import ImportClient
    from ollama_import.importer import Importer
    from pipeline.errors import OllamaUnreachable
    from pipeline.ollama.errors import OllamaRefused
    from pipeline.ollama.failures import FailureReason, to_failure

    settings = config.load()
    cache = ImportCache(settings.data_dir / CACHE_FILE)
    transfers = TransferProgress()
    try:
        with ImportClient(settings.ollama_host) as client:
            importer = Importer(client, options, cache=cache, on_progress=transfers, chat_obstacle=find_chat_obstacle)
            for result in importer.run(sources):
                transfers.close()
                results.append(result)
    except OllamaUnreachable as error:
        failure = to_failure(error)
        if failure is None or failure.reason is FailureReason.AWAY:
            raise OllamaUnreachable(
                f"Ollama does not answer at {settings.ollama_name}, so nothing was read or sent.",
                "Start it with `ollama serve`, or set OLLAMA_HOST to where it runs, then run this again.",
            ) from error
        raise OllamaUnreachable(f"Nothing was imported: {failure.why}.", failure.fix) from error
    except OllamaRefused as error:
        raise OllamaUnreachable(
            f"Nothing can be imported into Ollama at {settings.ollama_name}: {error.message}.",
            "Update Ollama, or set OLLAMA_HOST to where it runs, then run this again.",
        ) from error
    finally:
        transfers.close()


def find_chat_obstacle() -> str | None:
    """Why no model may be loaded now: a test chat would take GPU memory from a running job. None if one may."""
    from sqlalchemy.exc import SQLAlchemyError

    from core.jobs import listing

    try:
        return "a job is running" if listing.is_any_running("gpu") else None
    except SQLAlchemyError:
        return "the database does not answer, so a job may be running"


def _show_table(results: Sequence[ImportResult], dry_run: bool) -> None:
    if not results:
        return
    rows = [replace(row, name=printable(row.name), reason=printable(row.reason)) for row in results]
    width = max(5, *(len(row.name) for row in rows))
    click.echo(f"\n{'Model':{width}}  {'Outcome':9}  {'Size':>7}  Why")
    for row in sorted(rows, key=lambda row: row.name):
        bytes_in_all = size(row.size) if row.size else ""
        why = row.reason
        if row.outcome == "planned" and row.size:
            why = "; ".join(filter(None, (f"{size(row.sent)} to send", why)))
        click.echo(f"{row.name:{width}}  {OUTCOMES[row.outcome]:9}  {bytes_in_all:>7}  {why}".rstrip())
    counts = Counter(OUTCOMES[row.outcome] for row in rows)
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
    click.echo(f"{outcomes}; {size(sum(row.sent for row in rows))} {'to send' if dry_run else 'sent'}.")
