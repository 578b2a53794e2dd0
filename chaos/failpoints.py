"""Failpoints in a worker, installed from outside: each logs that it was reached and can be armed with a fault.

A failpoint is named after the work in progress and the moment in it:

    claim:before claim:after, likewise enter_stage, note_result, advance, finish, give_back
    speech:compute speech:computed      a stage; likewise language, transcribe, diarize, transcript, summary
    transcribe.json:begin                a result is about to be written; likewise audio.f16, audio.json, pdf.pdf ...
    transcribe.json:written :synced :linked :published      after write, fsync, link and publication
    transcribe.part:written :synced :linked                 the same for a saved batch
    decode_batch                         a batch of windows is about to be decoded

Each hit is one JSON line in `events.jsonl`. `armed/<failpoint>` holds the fault for the next process to reach it.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

#: Functions with a failpoint before and after, by module.
JOB_CHANGES = {
    "core.jobs.claims": ("claim", "give_back"),
    "core.jobs.transitions": ("enter_stage", "note_result", "advance", "finish"),
}


class Failpoints:
    """The failpoints of one process tree. `folder` holds the log of hits and the armed faults."""

    def __init__(self, folder: Path) -> None:
        self.events, self.armed = folder / "events.jsonl", folder / "armed"
        self._kinds: dict[str, str] = {}
        self._recording = ""

    def install(self) -> None:
        """Wrap functions of this process with failpoints."""
        for module_name, names in JOB_CHANGES.items():
            module = import_module(module_name)
            for name in names:
                setattr(module, name, self._wrap_job_change(name, getattr(module, name)))
        self._wrap_files()
        self._wrap_stages()

    def hit(self, failpoint: str, **details: object) -> None:
        """Log that a failpoint was reached and inject the fault it is armed with, if any."""
        event = {"at": time.time(), "pid": os.getpid(), "failpoint": failpoint, "recording": self._recording, **details}
        handle = os.open(self.events, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, (json.dumps(event) + "\n").encode())
        finally:
            os.close(handle)
        fault = self._disarm(failpoint)
        if fault:
            inject(fault)

    def _disarm(self, failpoint: str) -> str | None:
        """The fault of an armed failpoint, None if it is not armed or another process took it first."""
        path = self.armed / failpoint
        try:
            fault = path.read_text()
            path.unlink()
        except FileNotFoundError:
            return None
        return fault

    def _wrap_job_change(self, name: str, change: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(change)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if name == "note_result":
                self._kinds[args[2]] = args[1]
            self.hit(f"{name}:before")
            result = change(*args, **kwargs)
            if name == "claim":
                self._recording = result.recording_id if result else ""
            if name != "claim" or result:
                self.hit(f"{name}:after")
            return result

        return wrapped

    def _file_kind(self, path: Path) -> str:
        """The kind of result and the suffix of a file or of its temporary sibling, such as `transcribe.json`."""
        if path.parent.name.endswith(".parts"):
            return f"{self._kinds.get(path.parent.name.split('.')[0], '?')}.part"
        key, suffix = path.name.lstrip(".").split(".")[:2]
        return f"{self._kinds.get(key, '?')}.{suffix}"

    def _wrap_files(self) -> None:
        from core.storage import files

        sync_file, link_once, publish = files._sync_file, files._link_once, files.FileStore.publish

        def wrapped_sync(path: Path) -> None:
            self.hit(f"{self._file_kind(path)}:written")
            sync_file(path)
            self.hit(f"{self._file_kind(path)}:synced")

        def wrapped_link(temporary: Path, final: Path) -> None:
            link_once(temporary, final)
            kind = self._file_kind(final)
            details = {"windows": _read_windows(final)} if kind.endswith(".part") else {}
            self.hit(f"{kind}:linked", key=final.name, **details)

        @contextmanager
        def wrapped_publish(store: Any, key: str, suffix: str) -> Iterator[Path]:
            kind = f"{self._kinds.get(key, '?')}{suffix}"
            self.hit(f"{kind}:begin", key=key + suffix)
            with publish(store, key, suffix) as path:
                yield path
            self.hit(f"{kind}:published", key=key + suffix)

        files._sync_file, files._link_once = wrapped_sync, wrapped_link
        files.FileStore.publish = wrapped_publish  # type: ignore[method-assign, assignment]

    def _wrap_stages(self) -> None:
        from pipeline import results as stage_results
        from pipeline.engines.faster_whisper.engine import WhisperRecognizer

        run, decode_batch = stage_results.StageResults.run, WhisperRecognizer.decode_batch

        def wrapped_run(
            results: Any, stage: str, options: Any, model: str, inputs: Any, kind: Any, compute: Any, engine: Any
        ) -> Any:
            key = stage_results.make_key(stage, options, model, inputs) + ".json"

            def wrapped_compute() -> Any:
                self.hit(f"{stage}:compute", key=key)
                value = compute()
                self.hit(f"{stage}:computed", key=key)
                return value

            return run(results, stage, options, model, inputs, kind, wrapped_compute, engine)

        def wrapped_decode(recognizer: Any, pcm: Any, windows: Any, options: Any) -> Any:
            self.hit("decode_batch", windows=[[round(window.start, 3), round(window.end, 3)] for window in windows])
            return decode_batch(recognizer, pcm, windows, options)

        stage_results.StageResults.run, WhisperRecognizer.decode_batch = wrapped_run, wrapped_decode  # type: ignore[method-assign, assignment]


def _read_windows(batch: Path) -> list[list[float]]:
    """The windows of a saved batch, as those that are about to be decoded are told."""
    return [[round(time, 3) for time in text["span"]] for text in json.loads(batch.read_bytes())]


def inject(fault: str) -> None:
    """Inject a fault into this process.

    `child`, `parent` and `both` kill at once, `freeze` stops this process, `busy` loops without reaching a checkpoint,
    `exhaust_memory` allocates until the system intervenes.
    """
    if fault in ("parent", "both"):
        os.kill(os.getppid(), signal.SIGKILL)
    if fault in ("child", "both"):
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)
    while fault == "busy":
        time.sleep(0.1)
    blocks = []
    while fault == "exhaust_memory":
        blocks.append(bytearray(os.urandom(1 << 20) * 16))
