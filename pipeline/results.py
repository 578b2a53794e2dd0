"""Results of stages: their keys, the store that keeps them, and the monitor that follows the work.

A result is a file named by the hash of its inputs: kind and version, options, model, and the keys of the results it was
made from. The root is the upload's SHA-256 with its owner, so that no account learns about another's files. What exists
is not computed again: crash recovery, retries, changed options and a second upload all rely on this one mechanism.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pipeline.catalogue import RESULTS
from pipeline.recap import StageReport, WindowText, from_json, to_json, to_plain
from pipeline.request import Engine

T = TypeVar("T")


class Store(Protocol):
    """Where results are kept, by key and suffix."""

    def find(self, key: str, suffix: str) -> Path | None: ...
    def publish(self, key: str, suffix: str) -> AbstractContextManager[Path]: ...
    def save_part(self, key: str, number: int, data: bytes) -> None: ...
    def parts(self, key: str) -> list[bytes]: ...
    def drop_parts(self, key: str) -> None: ...


class Monitor(Protocol):
    """Follows the work. Every call but `took` may raise Cancelled, and the work stops there."""

    def enter(self, stage: str) -> None: ...
    def progress(self, fraction: float) -> None: ...
    def use(self, kind: str, key: str) -> None: ...
    def saved(self) -> None: ...
    def took(self, stage: str, model: str, seconds: float) -> None: ...


def make_key(stage: str, options: Any = None, model: str = "", inputs: Sequence[str] = ()) -> str:
    """The name of a result: SHA-256 of its inputs as canonical JSON.

    `options` is a frozen dataclass of plain values or a plain dict; anything that JSON cannot represent is refused,
    because it might be written differently another time.
    """
    plain = asdict(options) if hasattr(options, "__dataclass_fields__") else options
    text = json.dumps(
        {"stage": stage, "version": RESULTS[stage].version, "options": plain, "model": model, "inputs": list(inputs)},
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


class StageResults:
    """Finds the results of one job's stages, or computes and keeps them; collects how each was made."""

    def __init__(self, store: Store, monitor: Monitor) -> None:
        self.store, self.monitor = store, monitor
        self.reports: list[StageReport] = []

    def run(
        self,
        stage: str,
        options: Any,
        model: str,
        inputs: Sequence[str],
        kind: Any,
        compute: Callable[[], T],
        engine: Engine | Callable[[T], Engine] | None,
    ) -> tuple[str, T]:
        """Find a stage's result, or compute and keep it.

        `engine` lists the stage in the provenance under this name; a function derives it from the computed value.
        """
        key = make_key(stage, options, model, inputs)
        self.monitor.use(stage, key)
        if not self.store.find(key, ".json"):
            began = time.monotonic()
            value = compute()
            seconds = time.monotonic() - began
            used = engine(value) if callable(engine) else engine
            name, settings = (used.name, used.settings) if used else ("", "")
            self.write(key, value, kind, StageReport(stage, name, settings, round(seconds, 3)))
            self.monitor.saved()
            self.monitor.took(RESULTS[stage].stage, model, seconds)
        return key, self.read(key, kind, listed=engine is not None)

    def write(self, key: str, value: Any, kind: Any, report: StageReport) -> None:
        whole = {"report": to_plain(report), "result": to_plain(value, kind)}
        self.publish(key, json.dumps(whole, ensure_ascii=False, allow_nan=False).encode())

    def publish(self, key: str, data: bytes) -> None:
        with self.store.publish(key, ".json") as path:
            path.write_bytes(data)

    def read(self, key: str, kind: Any, *, listed: bool = True) -> Any:
        # what was just computed is read back too: the first result published is the one that counts
        path = self.store.find(key, ".json")
        if path is None:
            raise FileNotFoundError(f"the result {key} vanished")
        whole = json.loads(path.read_bytes())
        if listed:
            self.reports.append(from_json(StageReport, json.dumps(whole["report"])))
        return from_json(kind, json.dumps(whole["result"]))


class SavedBatches:
    """The saved batches of an unfinished transcription."""

    def __init__(self, store: Store, key: str, monitor: Monitor) -> None:
        self.store, self.key, self.monitor = store, key, monitor

    def load(self) -> list[WindowText]:
        texts: list[WindowText] = []
        for data in self.store.parts(self.key):
            texts.extend(from_json(tuple[WindowText, ...], data))
        return texts

    def save(self, number: int, texts: Sequence[WindowText]) -> None:
        self.store.save_part(self.key, number, to_json(tuple(texts), tuple[WindowText, ...]))
        self.monitor.saved()
