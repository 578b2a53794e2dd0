"""`flask models pull` and `flask models verify`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import click

import config
from core import speech_models
from core.models_in_use import find_models_in_use
from model_store import catalogue
from model_store.catalogue import (
    DIARIZATION,
    DIARIZATION_MODELS,
    EXTRA_DIARIZATION,
    EXTRA_RECOGNIZERS,
    WHISPER_MODELS,
    KnownModel,
)
from pipeline.errors import PipelineError
from webapp.cli.errors import INTERRUPTED, tell_errors
from webapp.cli.model_files_check import repair_of
from webapp.cli.progress_bars import TransferProgress
from webapp.formats import printable, size

NAMES = ", ".join(one.name for one in (*WHISPER_MODELS, *EXTRA_RECOGNIZERS))
SPEAKER_NAMES = ", ".join(one.name for one in DIARIZATION_MODELS)


@click.command("pull")
@click.argument("what", type=click.Choice(["whisper", "diarization", "all"]), default="all")
@click.option(
    "--model",
    "name",
    metavar="NAME",
    help=f"Of speech: {NAMES}, or a repository with a Whisper model for CTranslate2; of speakers: {SPEAKER_NAMES}.",
)
@click.option("--revision", default="", help="Branch, tag or commit on the hub, instead of the newest version.")
@tell_errors
def pull_models(what: str, name: str | None, revision: str) -> None:
    """Download speech models from Hugging Face into MODELS_DIR, or complete, repair or update them.

    Without --model the Whisper model is large-v3-turbo, or a smaller one if memory is short. See docs/models.md.
    """
    if revision and what == "all":
        raise click.UsageError("--revision belongs to one model; use it with `whisper` or `diarization`.")
    settings = config.load()
    models = [] if what == "diarization" else [_choose_whisper(settings, name)]
    models += [] if what == "whisper" else [_choose_diarization(settings, name if what == "diarization" else None)]
    progress = TransferProgress()
    failed = 0
    try:
        for model in models:
            failed += not _pull(model, settings, revision, progress)
    except KeyboardInterrupt:
        progress.close()
        click.echo("Stopped. What was downloaded is kept: run the command again to go on from there.", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(1 if failed else 0)


def _choose_whisper(settings: config.Settings, name: str | None) -> KnownModel:
    if name is None:
        budget = find_models_in_use(settings).budget
        found = catalogue.recommend_whisper(settings, budget)
        click.echo(f"{found.model.name}: {found.why}.", err=True)
        if not budget.on_gpu and found.model.size_bytes > speech_models.LARGEST_ON_CPU:
            click.echo("Without a GPU it is slow; `flask models pull whisper --model small` is faster.", err=True)
        return found.model
    model = catalogue.find_whisper(name)
    if model is None:
        raise click.UsageError(f"There is no Whisper model {printable(name)}. The models: {NAMES}.")
    return model


def _choose_diarization(settings: config.Settings, name: str | None) -> KnownModel:
    if name is None:
        return EXTRA_DIARIZATION if settings.diarization_engine == "speakrs" else DIARIZATION
    model = catalogue.find_diarization(name)
    if model is None:
        raise click.UsageError(f"There is no diarization model {printable(name)}. The models: {SPEAKER_NAMES}.")
    return model


def _pull(model: KnownModel, settings: config.Settings, revision: str, progress: TransferProgress) -> bool:
    from model_store.pulling import pull

    try:
        result = pull(model, settings, partial(progress, model.folder), revision)
    except PipelineError as error:
        progress.close()
        click.secho(f"{model.folder}: {error.message}", fg="red", err=True)
        click.echo(error.hint, err=True)
        return False
    progress.close()
    if result.outcome == "unchanged":
        click.echo(f"{model.folder}: already installed ({size(result.size_bytes)}, all sums right).")
    else:
        fetched = f"{size(result.fetched_bytes)} downloaded, all sums right"
        click.echo(f"{model.folder}: installed in {result.folder} ({fetched}).")
    if not model.engine.is_installed:
        click.echo(f"It needs {model.engine.package}, which is missing here. {model.engine.hint}", err=True)
    return True


@click.command("verify")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@tell_errors
def verify_models(names: Sequence[str]) -> None:
    """Compare the files of installed models with the sums noted when they were installed."""
    from model_store.checking import check_model

    progress = TransferProgress()
    damaged = 0
    for model in choose_installed(config.load(), names):
        found = check_model(model, partial(progress, model.name))
        progress.close()
        damaged += found.outcome == "damaged"
        words = {"intact": "intact", "damaged": "damaged", "unlisted": "copied by hand, so its sums are not known"}
        click.echo(f"{printable(model.name):32} {words[found.outcome]}")
        for problem in found.problems:
            click.echo(f"{'':32} {printable(problem)}")
        if found.outcome == "damaged":
            click.echo(f"{'':32} Repair it with `{repair_of(model, found)}`.")
    sys.exit(1 if damaged else 0)


def choose_installed(settings: config.Settings, names: Sequence[str]) -> list[speech_models.SpeechModel]:
    """The installed models of these names, without names all. Raises UsageError for one that is not there."""
    models = speech_models.list_models(settings.models)
    known = [model.name for model in models]
    for name in names:
        if name not in known:
            there = ", ".join(map(printable, known)) or "none"
            raise click.UsageError(f"There is no model {printable(name)} in {settings.models}. Installed: {there}.")
    return [model for model in models if not names or model.name in names]
