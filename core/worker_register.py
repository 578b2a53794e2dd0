"""The register of workers: who is alive, and what each works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from core.database.sessions import read, write
from core.database.tables import Worker
from core.problems import Problem
from core.speech_memory import MemoryBudget

#: A worker that has not reported for this long is taken for dead.
SILENT = timedelta(seconds=60)
FORGOTTEN = timedelta(days=1)
#: What beat, which serves no queue, reports as.
BEAT = "beat"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A speech model in the MODELS_DIR of a worker. `size_bytes` is its largest file."""

    name: str
    kind: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A language model of Ollama; without `has_chat_form` it is a base model, or as good as one."""

    name: str
    digest: str
    size_bytes: int
    has_chat_form: bool


@dataclass(frozen=True, slots=True)
class WorkerModels:
    """The models of a worker. `reason` says why this Whisper model was chosen, `problem` why none can be used.

    `hint` says what helps. `budget` is the memory that it is chosen by. `has_token`: HF_TOKEN is set.

    `default_language_model` writes a summary unless another of `language_models` is asked for; "" without Ollama.
    `language_details` has the same models with what is known of them.
    """

    whisper: str = ""
    reason: str = ""
    diarization: str = ""
    problem: str = ""
    hint: str = ""
    is_demo: bool = False
    language_models: tuple[str, ...] = ()
    default_language_model: str = ""
    language_details: tuple[LanguageModel, ...] = ()
    budget: MemoryBudget | None = None
    installed: tuple[InstalledModel, ...] = ()
    has_token: bool = False


@dataclass(frozen=True, slots=True)
class LiveWorker:
    """A worker that reported lately: the queues it serves, the device it computes on, its models.

    `since` is when it started, None for one of an earlier version. `gpu_problem`: it has a GPU that it cannot use.
    """

    id: str
    queues: tuple[str, ...]
    device: str
    models: WorkerModels
    seen_at: datetime
    since: datetime | None = None
    gpu_problem: Problem | None = None


def report(
    id: str,
    queues: tuple[str, ...],
    device: str,
    models: WorkerModels,
    now: datetime,
    since: datetime | None = None,
    gpu_problem: Problem | None = None,
) -> None:
    """Say that a worker is alive."""
    columns = _to_columns(models)
    if since:
        columns["since"] = since.isoformat(timespec="seconds")
    if gpu_problem:
        columns["gpu_problem"] = [gpu_problem.state, gpu_problem.fix]
    with write() as session:
        session.merge(Worker(id=id, queues=",".join(queues), device=device, models=columns, seen_at=now))


def report_beat(id: str, now: datetime, since: datetime) -> None:
    """Say that beat is alive."""
    report(id, (BEAT,), "", WorkerModels(), now, since)


def live_workers(now: datetime) -> list[LiveWorker]:
    """The workers that reported within the last minute, without beat."""
    alive = (Worker.seen_at > now - SILENT, Worker.queues != BEAT)
    with read() as session:
        return [_from_row(row) for row in session.scalars(select(Worker).where(*alive))]


def last_seen(queue: str) -> LiveWorker | None:
    """Who served a queue (or was beat) and reported last, alive or not; None if there is nobody within a day."""
    with read() as session:
        rows = session.scalars(select(Worker).order_by(Worker.seen_at.desc()))
        return next((_from_row(row) for row in rows if queue in row.queues.split(",")), None)


def _from_row(row: Worker) -> LiveWorker:
    columns = row.models or {}
    since, problem = columns.get("since"), columns.get("gpu_problem")
    return LiveWorker(
        id=row.id,
        queues=tuple(row.queues.split(",")),
        device=row.device,
        models=_from_columns(columns),
        seen_at=row.seen_at,
        since=datetime.fromisoformat(since) if since else None,
        gpu_problem=Problem(*problem) if problem else None,
    )


def forget_dead_workers(now: datetime) -> None:
    """Remove the workers that have not reported for a day."""
    with write() as session:
        session.execute(delete(Worker).where(Worker.seen_at < now - FORGOTTEN))


def describe(models: WorkerModels) -> str:
    """The models of a worker in words, for its log; "" where it has none."""
    parts = [f"speech by {models.whisper} ({models.reason})"] if models.whisper else []
    parts += [f"speakers by {models.diarization}"] if models.diarization else []
    return "; ".join([*parts, models.problem] if models.problem else parts)


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
    details = [[one.name, one.digest, one.size_bytes, one.has_chat_form] for one in models.language_details]
    listed = {
        "models": list(models.language_models), "default": models.default_language_model, "details": details,
    }  # fmt: skip
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
        language_details=tuple(LanguageModel(*one) for one in ollama.get("details") or ()),
        budget=MemoryBudget(bool(memory["gpu"]), memory.get("free")) if "gpu" in memory else None,
        installed=tuple(InstalledModel(*one) for one in columns.get("installed") or ()),
        has_token=bool(columns.get("token")),
    )
