"""The templates and language models that a form offers."""

from __future__ import annotations

from dataclasses import dataclass

from core import worker_register
from core.clock import utc_now
from core.recordings import recap_templates
from core.recordings.recap_templates import TemplateInfo


@dataclass(frozen=True, slots=True)
class OfferedModels:
    """The language models that workers reported. `default` is the one they use unless another is chosen."""

    names: tuple[str, ...]
    default: str


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
    default = ""
    for worker in worker_register.live_workers(utc_now()):
        names |= set(worker.models.language_models)
        default = default or worker.models.default_language_model
    return OfferedModels(tuple(sorted(names)), default) if names else None
