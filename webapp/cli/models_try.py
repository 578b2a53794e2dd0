"""`flask models try`: let a language model recap a short meeting, and say whether it is good enough."""

from __future__ import annotations

import sys
import time

import click

import config
from core import model_trials
from core.clock import utc_now
from core.database.tables import ModelTrial, Status
from core.model_actions import ACTIVE
from core.queue.notifications import notifier, notify
from pipeline.errors import OllamaModelMissing, OllamaUnreachable, PipelineError
from webapp.cli.errors import INTERRUPTED, tell_errors
from webapp.cli.progress_bars import StageBars
from webapp.cli.worker_absence import WorkerAbsence
from webapp.formats import printable
from webapp.trial_words import describe_figures, describe_memory, describe_verdict

POLL_SECONDS = 0.5


class TrialFailed(PipelineError):
    """A trial that brought no result."""


@click.command("try")
@click.argument("name")
@tell_errors
def try_model(name: str) -> None:
    """Let the language model NAME recap a short built-in meeting, and say whether it is fit for this machine.

    A worker does it when no recording waits. The exit status is 0 if the model is fit, else 1.
    """
    digest, model = _find(config.load(), name)
    model_trials.request(digest, model, utc_now())
    notify(model_trials.trial_queue())
    notifier.flush(5)
    try:
        trial = _follow(digest)
    except KeyboardInterrupt:
        model_trials.cancel(digest, utc_now())
        click.echo("\nCancelled.", err=True)
        sys.exit(INTERRUPTED)
    if trial.status != Status.DONE:
        raise TrialFailed(trial.message or "The trial was cancelled.", trial.hint or "Start it again.")
    figures = ", ".join(filter(None, (describe_figures(trial), describe_memory(trial))))
    click.echo(f"{printable(model)}: {figures}")
    click.echo(f"{printable(model)} is {describe_verdict(trial)}.")
    sys.exit(1 if trial.problems else 0)


def _find(settings: config.Settings, name: str) -> tuple[str, str]:
    """Digest and name of the model in Ollama. Raises OllamaUnreachable, OllamaModelMissing."""
    from pipeline.ollama.client import OllamaClient
    from pipeline.ollama.errors import OllamaRefused

    try:
        with OllamaClient(settings.ollama_host) as client:
            found = client.find(name)
            can_chat = bool(found) and client.show(name).can_chat
    except OllamaUnreachable as error:
        raise OllamaUnreachable(
            f"Ollama does not answer at {settings.ollama_name}.", "Start it, or set OLLAMA_HOST to where it runs."
        ) from error
    except OllamaRefused as error:
        raise OllamaUnreachable(f"Ollama does not describe {name}: {error.message}.", "Import it again.") from error
    if found is None:
        raise OllamaModelMissing(f"Ollama does not have {name}.", "`flask models list` shows what it has.")
    if not can_chat:
        raise OllamaModelMissing(f"{found.name} cannot chat, so it cannot write recaps.", "Try another model.")
    return found.digest, found.name


def _follow(digest: str) -> ModelTrial:
    """Show the progress until the trial has ended."""
    absence, bars = WorkerAbsence(), StageBars()
    while True:
        trial = model_trials.find(digest)
        if trial is None:
            raise TrialFailed("The trial was removed.", "Start it again.")
        if trial.status not in ACTIVE:
            bars.close()
            return trial
        if trial.status == Status.RUNNING:
            bars.update("summarize", trial.progress)
        else:
            absence.tell()
        time.sleep(POLL_SECONDS)
