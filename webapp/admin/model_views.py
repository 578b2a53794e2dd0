"""What the page of models shows: known and installed models, and actions under way."""

from __future__ import annotations

from dataclasses import dataclass

import config
from core import model_installs
from core.database.tables import ModelInstall, Status
from core.model_actions import ACTIVE
from core.models_in_use import ModelsInUse, find_models_in_use
from core.speech_memory import needed_bytes
from core.worker_register import InstalledModel
from model_store import catalogue
from model_store.catalogue import DIARIZATION, WHISPER_MODELS, KnownModel
from webapp.admin.action_rows import STATES, ActionRow
from webapp.admin.trial_views import LanguageRow, build_language_rows, build_trial_actions
from webapp.formats import printable, size, span


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model in the table; `folder` names it in forms."""

    folder: str
    title: str
    about: str
    size: str
    needs: str
    fits: bool
    is_known: bool
    is_installed: bool
    is_used: bool
    is_recommended: bool
    is_busy: bool


@dataclass(frozen=True, slots=True)
class ModelPage:
    """All that the page shows."""

    in_use: ModelsInUse
    whisper: tuple[ModelRow, ...]
    diarization: tuple[ModelRow, ...]
    language: tuple[LanguageRow, ...]
    actions: tuple[ActionRow, ...]

    @property
    def to_recommend(self) -> tuple[str, ...]:
        """The folders of the recommended models that are neither installed nor on their way."""
        rows = (row for row in (*self.whisper, *self.diarization) if row.is_recommended)
        return tuple(row.folder for row in rows if not row.is_installed and not row.is_busy)


def build_page(settings: config.Settings) -> ModelPage:
    """What the page shows now."""
    in_use = find_models_in_use(settings)
    actions = model_installs.list_all()
    table = _Table(settings, in_use, {row.model for row in actions if row.status in ACTIVE})
    installed = {model.name: model for model in in_use.installed}
    whisper = [table.known(model, installed.pop(model.folder, None)) for model in WHISPER_MODELS]
    diarization = [table.known(DIARIZATION, installed.pop(DIARIZATION.folder, None))]
    for other in installed.values():  # installed by hand, or by the name of a repository
        (whisper if other.kind == "whisper" else diarization).append(table.other(other))
    return ModelPage(
        in_use,
        tuple(whisper),
        tuple(diarization),
        build_language_rows(),
        build_actions(actions),
    )


def build_actions(rows: list[ModelInstall]) -> tuple[ActionRow, ...]:
    """The actions and the trials of language models, those under way first."""
    found = [*map(_action, rows), *build_trial_actions()]
    return tuple(sorted(found, key=lambda row: row.state not in ("waiting", "running")))


class _Table:
    """Makes the rows of the tables."""

    def __init__(self, settings: config.Settings, in_use: ModelsInUse, busy: set[str]) -> None:
        self._settings, self._in_use, self._busy = settings, in_use, busy
        best = catalogue.recommend_whisper(settings, in_use.budget).model
        self._recommended = {best.folder, DIARIZATION.folder}

    def known(self, model: KnownModel, installed: InstalledModel | None) -> ModelRow:
        """The row of a model that can be downloaded."""
        count = installed.size_bytes if installed else model.size_bytes
        return self._row(model.folder, model.name, model.about, model.kind, count, True, installed is not None)

    def other(self, model: InstalledModel) -> ModelRow:
        """The row of another model that is installed."""
        return self._row(model.name, printable(model.name), "", model.kind, model.size_bytes, False, True)

    def _row(
        self, folder: str, title: str, about: str, kind: str, count: int, is_known: bool, is_installed: bool
    ) -> ModelRow:
        budget = self._in_use.budget
        needed = needed_bytes(count, self._settings, budget.on_gpu) if kind == "whisper" else 0
        return ModelRow(
            folder,
            title,
            about,
            size(count),
            size(needed) if needed else "",
            budget.allows(needed),
            is_known,
            is_installed,
            is_used=is_installed and folder in (self._in_use.whisper, self._in_use.diarization),
            is_recommended=folder in self._recommended,
            is_busy=folder in self._busy,
        )


def _action(row: ModelInstall) -> ActionRow:
    state = STATES[row.status]
    known = catalogue.find(row.model)
    terms = f"https://huggingface.co/{known.repository}" if known and row.code == "model_gated" else ""
    percent = min(100, int(100 * row.done_bytes / row.total_bytes)) if row.total_bytes else None
    doing = row.doing[:1].upper() + row.doing[1:] or ("Looking at the hub" if row.action == "pull" else "Checking")
    return ActionRow(
        row.model, row.model, row.action, state, doing, percent, _figures(row), row.message, row.hint, row.code, terms
    )  # fmt: skip


def _figures(row: ModelInstall) -> str:
    if not row.total_bytes:
        return ""
    figures = [f"{size(row.done_bytes)} of {size(row.total_bytes)}"]
    if row.status == Status.RUNNING and row.bytes_per_second > 0:
        left = (row.total_bytes - row.done_bytes) / row.bytes_per_second
        figures += [f"{size(row.bytes_per_second)}/s", f"{span(left)} left"]
    return ", ".join(figures)
