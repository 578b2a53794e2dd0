"""`flask models export` and `flask models import`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

import config
from pipeline.errors import PipelineError
from webapp.cli.errors import INTERRUPTED, tell_errors
from webapp.cli.models_install import choose_installed
from webapp.cli.progress_bars import TransferProgress
from webapp.formats import printable, size


class FileProblem(PipelineError):
    """The file of an archive cannot be read or written."""

    code = "file"


@click.command("export")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@tell_errors
def export_command(path: Path, names: Sequence[str], force: bool) -> None:
    """Write installed models, all or those named, into one file for a machine without a network."""
    from model_store.archive import export_models

    models = choose_installed(config.load(), names)
    if not models:
        raise click.UsageError("No model is installed. Download some with `flask models pull`.")
    if path.exists() and not force:
        raise click.UsageError(f"{path} exists. Name another file, or add --force.")
    progress = TransferProgress()
    try:
        contents = export_models(models, path, partial(progress, path.name))
    except OSError as error:
        raise _file_problem(path, error) from error
    except KeyboardInterrupt:
        progress.close()
        click.echo("Stopped. No file was written.", err=True)
        sys.exit(INTERRUPTED)
    progress.close()
    for model in contents.models:
        click.echo(f"{model.name}: {size(model.size_bytes)}")
    click.echo(f"Written to {path}. Install it elsewhere with `flask models import {path.name}`.")


@click.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace installed models that differ.")
@tell_errors
def import_command(path: Path, force: bool) -> None:
    """Install the models of a file made by `flask models export`, once all their sums are right."""
    from model_store.archive import import_models

    settings = config.load()
    progress = TransferProgress()
    try:
        results = import_models(path, settings.models, partial(progress, printable(path.name)), force)
    except OSError as error:
        raise _file_problem(path, error) from error
    except KeyboardInterrupt:
        progress.close()
        click.echo("Stopped. Nothing was installed.", err=True)
        sys.exit(INTERRUPTED)
    progress.close()
    words = {
        "installed": f"installed in {settings.models}",
        "unchanged": "already installed",
        "differs": "another version is installed; add --force to replace it",
    }
    for model, outcome in results:
        click.echo(f"{model.name}: {words[outcome]}.")
    sys.exit(1 if any(outcome == "differs" for _, outcome in results) else 0)


def _file_problem(path: Path, error: OSError) -> FileProblem:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return FileProblem(f"{path}: {reason}.", "Check the path, its rights and the free space.")
