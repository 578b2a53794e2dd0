"""What the page of models shows of language models: which there are, and the trials of them."""

from __future__ import annotations

from dataclasses import dataclass

from core import model_trials, worker_register
from core.clock import utc_now
from core.database.tables import ModelTrial, Status
from core.model_actions import ACTIVE
from core.worker_register import LanguageModel
from webapp.admin.action_rows import STATES, ActionRow
from webapp.formats import printable, size
from webapp.trial_words import NO_CHAT_FORM, describe_figures, describe_verdict


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """A language model in the table; `digest` names it in forms. `doubt` is why it is not used by itself.

    `needs` is the memory that it takes, known once it was tried.
    """

    digest: str
    title: str
    size: str
    needs: str
    figures: str
    verdict: str
    doubt: str
    is_used: bool
    is_busy: bool


def find_language_models() -> dict[str, tuple[LanguageModel, bool]]:
    """The models that live workers reported, by digest, and whether each is the default. Ollama is not called."""
    found: dict[str, tuple[LanguageModel, bool]] = {}
    for worker in worker_register.live_workers(utc_now()):
        default = worker.models.default_language_model
        found |= {one.digest: (one, one.name == default) for one in worker.models.language_details}
    return found


def build_language_rows() -> tuple[LanguageRow, ...]:
    """The language models by name, each with the result of its trial."""
    trials = {trial.digest: trial for trial in model_trials.list_all()}
    found = sorted(find_language_models().values(), key=lambda one: one[0].name)
    return tuple(_row(model, is_used, trials.get(model.digest)) for model, is_used in found)


def _row(model: LanguageModel, is_used: bool, trial: ModelTrial | None) -> LanguageRow:
    verdict = describe_verdict(trial) if trial else ""
    doubt = "" if model.has_chat_form else f"{NO_CHAT_FORM[:1].upper()}{NO_CHAT_FORM[1:]}"
    if trial and trial.problems:
        doubt = f"{verdict[:1].upper()}{verdict[1:]}; used only if named"
    return LanguageRow(
        digest=model.digest,
        title=printable(model.name),
        size=size(model.size_bytes),
        needs=size(trial.needs_bytes) if trial and trial.needs_bytes else "",
        figures=describe_figures(trial) if trial else "",
        verdict="" if doubt else verdict,
        doubt=doubt,
        is_used=is_used,
        is_busy=trial is not None and trial.status in ACTIVE,
    )


def build_trial_actions() -> tuple[ActionRow, ...]:
    """The trials under way, and those that brought no result."""
    told = (*ACTIVE, Status.FAILED)
    return tuple(_action(trial) for trial in model_trials.list_all() if trial.status in told)


def _action(trial: ModelTrial) -> ActionRow:
    return ActionRow(
        trial.digest,
        printable(trial.model),
        "try",
        STATES[trial.status],
        "Recaps the trial meeting",
        int(100 * trial.progress),
        "",
        trial.message,
        trial.hint,
        trial.code,
        "",
    )
