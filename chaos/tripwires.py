"""Tripwires in a worker, laid from outside the product: each place they guard is noted, and can be armed with a fault.

A place is named by what is at work and the moment in it:

    claim:before claim:after, likewise enter, note_result, advance, finish, give_back
    speech:compute speech:computed       a stage's function, likewise language, transcribe, diarize, transcript, summary
    transcribe.json:begin                a result is about to be written, likewise audio.f32, audio.json, pdf.pdf ...
    transcribe.json:written :synced :linked :published      between write, fsync, link and the end
    transcribe.part:written :synced :linked                 the same of a saved batch
    hear                                 a batch of windows is about to be decoded

Every passage is one line of JSON in `events.jsonl`. A file `armed/<place>` holds the fault that waits there for one.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

GUARDED_CHANGES = ("claim", "enter_stage", "note_result", "advance", "finish", "give_back")


class Tripwires:
    """The tripwires of one process tree; what they note and how they are armed lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.events, self.armed = folder / "events.jsonl", folder / "armed"
        self._kinds: dict[str, str] = {}
        self._owner = ""

    def pass_by(self, place: str, **details: object) -> None:
        """Note that `place` was reached, and meet the fault that waits there."""
        whole = {"at": time.time(), "pid": os.getpid(), "place": place, "recording": self._owner, **details}
        line = json.dumps(whole) + "\n"
        handle = os.open(self.events, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
        fault = self._disarm(place)
        if fault:
            meet(fault)

    def _disarm(self, place: str) -> str | None:
        trap = self.armed / place
        try:
            fault = trap.read_text()
            trap.unlink()
        except FileNotFoundError:  # not armed, or another process was quicker
            return None
        return fault

    def lay(self) -> None:
        """Put the tripwires into the modules of this process."""
        from core.jobs import claims, transitions
        from core.storage import files

        for name in GUARDED_CHANGES:
            module = claims if hasattr(claims, name) else transitions
            setattr(module, name, self._around(name, getattr(module, name)))
        self._guard_files(files)
        self._guard_stages()

    def _around(self, name: str, change: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(change)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if name == "note_result":
                self._kinds[args[2]] = args[1]
            self.pass_by(f"{name}:before")
            done = change(*args, **kwargs)
            if name == "claim":
                self._owner = done.recording_id if done else ""
            if name != "claim" or done:
                self.pass_by(f"{name}:after")
            return done

        return guarded

    def _name(self, path: Path) -> str:
        """The name of what a path or its temporary sibling holds: kind of result and suffix."""
        if path.parent.name.endswith(".parts"):
            return f"{self._kinds.get(path.parent.name.split('.')[0], '?')}.part"
        key, suffix = path.name.lstrip(".").split(".")[:2]
        return f"{self._kinds.get(key, '?')}.{suffix}"

    def _guard_files(self, files: Any) -> None:
        sync_file, link_once, publish = files._sync_file, files._link_once, files.FileStore.publish

        def sync(path: Path) -> None:
            self.pass_by(f"{self._name(path)}:written")
            sync_file(path)
            self.pass_by(f"{self._name(path)}:synced")

        def link(temporary: Path, final: Path) -> None:
            link_once(temporary, final)
            self.pass_by(f"{self._name(final)}:linked", key=final.name)

        @contextmanager
        def guarded_publish(store: Any, key: str, suffix: str) -> Iterator[Path]:
            name = f"{self._kinds.get(key, '?')}{suffix}"
            self.pass_by(f"{name}:begin", key=key + suffix)
            with publish(store, key, suffix) as path:
                yield path
            self.pass_by(f"{name}:published", key=key + suffix)

        files._sync_file, files._link_once, files.FileStore.publish = sync, link, guarded_publish

    def _guard_stages(self) -> None:
        from pipeline import results as stage_results
        from pipeline.recognizer import Recognizer

        run, decode_batch = stage_results.StageResults.run, Recognizer.decode_batch

        def guarded_run(
            results: Any, stage: str, options: Any, model: str, inputs: Any, kind: Any, compute: Any, engine: Any
        ) -> Any:
            key = stage_results.make_key(stage, options, model, inputs) + ".json"

            def guarded_compute() -> Any:
                self.pass_by(f"{stage}:compute", key=key)
                value = compute()
                self.pass_by(f"{stage}:computed", key=key)
                return value

            return run(results, stage, options, model, inputs, kind, guarded_compute, engine)

        def guarded_decode(recognizer: Any, pcm: Any, windows: Any, options: Any) -> Any:
            self.pass_by("hear", windows=[[round(window.start, 3), round(window.end, 3)] for window in windows])
            return decode_batch(recognizer, pcm, windows, options)

        stage_results.StageResults.run, Recognizer.decode_batch = guarded_run, guarded_decode  # type: ignore[method-assign, assignment]


def meet(fault: str) -> None:
    """Suffer a fault: `child`, `parent` or `both` die at once, `freeze` stops the child, `busy` keeps it in a loop that
    reaches no checkpoint, `devour` takes memory until there is none."""
    if fault in ("parent", "both"):
        os.kill(os.getppid(), signal.SIGKILL)
    if fault in ("child", "both"):
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)
    while fault == "busy":
        time.sleep(0.1)
    taken = []
    while fault == "devour":
        taken.append(bytearray(os.urandom(1 << 20) * 16))
