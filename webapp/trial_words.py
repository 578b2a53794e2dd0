"""Trials of language models in words, the same on pages and in commands."""

from __future__ import annotations

from collections.abc import Mapping

from core.database.tables import ModelTrial
from webapp.formats import size

NO_CHAT_FORM = "base model, or without its chat template; used only if named"


def describe_figures(trial: ModelTrial) -> str:
    """What a trial measured; "" before it has ended."""
    if trial.seconds_a_minute is None:
        return ""
    return (
        f"{trial.seconds_a_minute:.0f} s a minute of talk, {trial.proven} of {trial.written} points proven, "
        f"{trial.decisions_found} of {trial.decisions} decisions, {trial.tasks_found} of {trial.tasks} tasks"
    )


def describe_memory(trial: ModelTrial) -> str:
    """The memory that a model needs; "" if nobody knows."""
    return f"{size(trial.needs_bytes)} of memory" if trial.needs_bytes else ""


def describe_verdict(trial: ModelTrial) -> str:
    """Whether a model is good enough for this machine, and why not; "" before its trial has ended."""
    if trial.tried_at is None:
        return ""
    if not trial.problems:
        return "fit for recaps on this machine"
    return f"not fit for recaps on this machine: {', '.join(trial.problems.splitlines())}"


def describe_choice(digest: str, has_chat_form: bool, trials: Mapping[str, ModelTrial]) -> str:
    """What to know of a model before it is chosen, in few words; "" if nothing is known."""
    if not has_chat_form:
        return NO_CHAT_FORM
    trial = trials.get(digest)
    if trial is None or trial.tried_at is None:
        return ""
    if trial.problems:
        return f"failed its trial: {trial.problems.splitlines()[0]}; used only if named"
    return f"good on trial, {trial.seconds_a_minute or 0:.0f} s a minute of talk"
