"""A download, check or trial as the page of models shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.database.tables import Status

State = Literal["waiting", "running", "done", "failed", "cancelled"]
STATES: dict[str, State] = {
    Status.QUEUED: "waiting", Status.RUNNING: "running", Status.DONE: "done", Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action and what came of it; `key` names its model in forms. `figures` are bytes, rate and time left."""

    key: str
    model: str
    action: str
    state: State
    doing: str
    percent: int | None
    figures: str
    message: str
    hint: str
    code: str
    terms: str
