"""What the stages of a job rest on: the store of results, the keys, and who follows the work.

A result is a file named by the hash of what went in: stage and version, options, model, and the keys of the
results before it. The root is the upload's SHA-256 with its owner, so that no account learns of another's files.
What is there is not computed again: crash recovery, retry, changed options and a second upload are this one mechanism.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pipeline.audio import AudioInfo
from pipeline.diarize import DiarizeOptions, Diarizer
from pipeline.recap import Notice, StageReport, WindowText, from_json, to_json, to_plain
from pipeline.summarize import Summarizer, SummaryOptions
from pipeline.transcribe import Recognizer

T = TypeVar("T")

#: Raised by hand when a stage computes something else from the same inputs; old results are then left alone.
VERSIONS = {"audio": 1, "speech": 1, "language": 1, "transcribe": 1, "diarize": 1, "transcript": 1, "summary": 2,
            "recap": 1, "pdf": 1}  # fmt: skip


class Store(Protocol):
    """Where results are kept, by key and suffix."""

    def find(self, key: str, suffix: str) -> Path | None: ...
    def publish(self, key: str, suffix: str) -> AbstractContextManager[Path]: ...
    def save_part(self, key: str, number: int, data: bytes) -> None: ...
    def parts(self, key: str) -> list[bytes]: ...
    def drop_parts(self, key: str) -> None: ...


class Watch(Protocol):
    """Who follows the work. Every call but `took` may raise Cancelled, and the work stops there."""

    def enter(self, stage: str) -> None: ...
    def progress(self, fraction: float) -> None: ...
    def use(self, kind: str, key: str) -> None: ...
    def saved(self) -> None: ...
    def took(self, stage: str, model: str, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be made of an upload: the file, whose it is, and what its owner asks for.

    `names` is what people call the speakers, by id.
    """

    recording_id: str
    owner_id: str
    upload: Path
    title: str
    filename: str
    size_bytes: int
    sha256: str
    uploaded_at: str
    language: str | None = None
    summary: SummaryOptions = field(default_factory=SummaryOptions)
    model: str | None = None
    speakers: DiarizeOptions = field(default_factory=DiarizeOptions)
    until: str | None = None
    skip: tuple[str, ...] = ()
    recording_url: str | None = None
    timezone: str = "UTC"
    organisation: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Engine:
    """A model and how it is told of: `identity` goes into keys, `name` and `settings` into the recap."""

    identity: str
    name: str
    settings: str


class Engines(Protocol):
    """The models of this machine, loaded on first use. A missing one raises where it is asked for."""

    def recognizer(self) -> tuple[Recognizer, Engine]: ...
    def diarizer(self) -> tuple[Diarizer, Engine]: ...
    def summarizer(self, model: str | None) -> tuple[Summarizer, Notice | None]: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def notices(self) -> tuple[Notice, ...]: ...


@dataclass(frozen=True, slots=True)
class Audio:
    """What was decoded: the file's properties and its outline for a player."""

    info: AudioInfo
    peaks: tuple[int, ...]


def make_key(stage: str, options: Any = None, model: str = "", inputs: Sequence[str] = ()) -> str:
    """The name of a stage's result: SHA-256 over what went in, as canonical JSON.

    `options` is a frozen dataclass of plain values or a plain dict; anything JSON does not know is refused, since it
    could be written differently another time.
    """
    plain = asdict(options) if hasattr(options, "__dataclass_fields__") else options
    text = json.dumps(
        {"stage": stage, "version": VERSIONS[stage], "options": plain, "model": model, "inputs": list(inputs)},
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


class Results:
    """Finds the results of one job's stages, or has them computed and keeps them; lists how each was made."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self.store, self.watch = store, watch
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

        `engine`: list it in the recap under this name; a function gives it for what was computed.
        """
        key = make_key(stage, options, model, inputs)
        self.watch.use(stage, key)
        if not self.store.find(key, ".json"):
            began = time.monotonic()
            value = compute()
            seconds = time.monotonic() - began
            used = engine(value) if callable(engine) else engine
            name, settings = (used.name, used.settings) if used else ("", "")
            self.write(key, value, kind, StageReport(stage, name, settings, round(seconds, 3)))
            self.watch.saved()
            self.watch.took("summarize" if stage == "summary" else stage, model, seconds)
        return key, self.read(key, kind, listed=engine is not None)

    def write(self, key: str, value: Any, kind: Any, report: StageReport) -> None:
        whole = {"report": to_plain(report), "result": to_plain(value, kind)}
        self.publish(key, json.dumps(whole, ensure_ascii=False, allow_nan=False).encode())

    def publish(self, key: str, data: bytes) -> None:
        with self.store.publish(key, ".json") as path:
            path.write_bytes(data)

    def read(self, key: str, kind: Any, *, listed: bool = True) -> Any:
        # read back even what was just computed: the first result published is the one that counts
        path = self.store.find(key, ".json")
        if path is None:
            raise FileNotFoundError(f"the result {key} vanished")
        whole = json.loads(path.read_bytes())
        if listed:
            self.reports.append(from_json(StageReport, json.dumps(whole["report"])))
        return from_json(kind, json.dumps(whole["result"]))


class Parts:
    """The saved batches of a transcription."""

    def __init__(self, store: Store, key: str, watch: Watch) -> None:
        self.store, self.key, self.watch = store, key, watch

    def load(self) -> list[WindowText]:
        texts: list[WindowText] = []
        for data in self.store.parts(self.key):
            texts.extend(from_json(tuple[WindowText, ...], data))
        return texts

    def save(self, number: int, texts: Sequence[WindowText]) -> None:
        self.store.save_part(self.key, number, to_json(tuple(texts), tuple[WindowText, ...]))
        self.watch.saved()
