"""The register of workers: who is alive, and what each works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from core.database.sessions import read, write
from core.database.tables import Worker
from core.speech_memory import MemoryBudget

#: A worker that has not reported for this long is taken for dead.
SILENT = timedelta(seconds=60)
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A speech model in the MODELS_DIR of a worker. `size_bytes` is its largest file."""

    name: str
    kind: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class WorkerModels:
    """The models of a worker. `reason` says why this Whisper model was chosen, `problem` why none can be used.

    `hint` says what helps. `budget` is the memory that it is chosen by. `has_token`: HF_TOKEN is set.

    `default_language_model` writes a summary unless another of `language_models` is asked for; "" without Ollama.
    """

    whisper: str = ""
    reason: str = ""
    diarization: str = ""
    problem: str = ""
    hint: str = ""
    is_demo: bool = False
    language_models: tuple[str, ...] = ()
    default_language_model: str = ""
    budget: MemoryBudget | None = None
    installed: tuple[InstalledModel, ...] = ()
    has_token: bool = False


@dataclass(frozen=True, slots=True)
class LiveWorker:
    """A worker that reported lately: the queues it serves, the device it computes on, its models."""

    id: str
    queues: tuple[str, ...]
    device: str
    models: WorkerModels
    seen_at: datetime


def report(id: str, queues: tuple[str, ...], device: str, models: WorkerModels, now: datetime) -> None:
    """Say that a worker is alive."""
    with write() as session:
        row = Worker(id=id, queues=",".join(queues), device=device, models=_to_columns(models), seen_at=now)
        session.merge(row)


def live_workers(now: datetime) -> list[LiveWorker]:
    """The workers that reported within the last minute."""
    with read() as session:
        rows = session.scalars(select(Worker).where(Worker.seen_at > now - SILENT)).all()
    return [
        LiveWorker(row.id, tuple(row.queues.split(",")), row.device, _from_columns(row.models or {}), row.seen_at)
        for row in rows
    ]


def forget_dead_workers(now: datetime) -> None:
    """Remove the workers that have not reported for a day."""
    with write() as session:
        session.execute(delete(Worker).where(Worker.seen_at < now - FORGOTTEN))


def _to_columns(models: WorkerModels) -> dict[str, Any]:
    """The shape in the database, which web servers of version 0.1 read too."""
    speech = {
        "whisper": models.whisper,
        "why": models.reason,
        "diarization": models.diarization,
        "problem": models.problem,
        "hint": models.hint,
        "demo": models.is_demo,
        "installed": [[one.name, one.kind, one.size_bytes] for one in models.installed],
        "token": models.has_token,
    }
    memory = {"gpu": models.budget.on_gpu, "free": models.budget.free_bytes} if models.budget else {}
    listed = {"models": list(models.language_models), "default": models.default_language_model}
    return {
        **{name: value for name, value in speech.items() if value},
        "memory": memory,
        "ollama": listed if listed["models"] else {},
    }


def _from_columns(columns: Mapping[str, Any]) -> WorkerModels:
    ollama, memory = columns.get("ollama") or {}, columns.get("memory") or {}
    return WorkerModels(
        whisper=columns.get("whisper", ""),
        reason=columns.get("why", ""),
        diarization=columns.get("diarization", ""),
        problem=columns.get("problem", ""),
        hint=columns.get("hint", ""),
        is_demo=bool(columns.get("demo")),
        language_models=tuple(name for name in ollama.get("models") or () if isinstance(name, str)),
        default_language_model=ollama.get("default") or "",
        budget=MemoryBudget(bool(memory["gpu"]), memory.get("free")) if "gpu" in memory else None,
        installed=tuple(InstalledModel(*one) for one in columns.get("installed") or ()),
        has_token=bool(columns.get("token")),
    )
