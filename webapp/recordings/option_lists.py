"""The templates and language models that a form offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core import model_trials, worker_register
from core.clock import utc_now
from core.recordings import recap_templates
from core.recordings.recap_templates import TemplateInfo
from webapp.trial_words import describe_choice


@dataclass(frozen=True, slots=True)
class OfferedModels:
    """The language models that workers reported. `default` is the one they use unless another is chosen.

    `notes` says by name what is known of some: how a trial went, or that a model has no chat template.
    """

    names: tuple[str, ...]
    default: str
    notes: Mapping[str, str] = field(default_factory=dict)


def offered_templates(current: str | None = None) -> list[TemplateInfo]:
    """The templates that can be chosen, including the current one even if it was deleted."""
    templates = recap_templates.list_available()
    if current is None or any(template.name == current for template in templates):
        return templates
    title = recap_templates.titles().get(current, current)
    return [*templates, TemplateInfo(current, title, "Deleted. It can be kept, but not chosen again.")]


def offered_models() -> OfferedModels | None:
    """The language models that live workers reported, None if none did. Ollama itself is not called."""
    names: set[str] = set()
    notes: dict[str, str] = {}
    default = ""
    trials = {trial.digest: trial for trial in model_trials.list_all()}
    for worker in worker_register.live_workers(utc_now()):
        names |= set(worker.models.language_models)
        default = default or worker.models.default_language_model
        for one in worker.models.language_details:
            notes[one.name] = describe_choice(one.digest, one.has_chat_form, trials)
    return OfferedModels(tuple(sorted(names)), default, notes) if names else None
