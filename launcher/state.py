"""What one RealRecap leaves in DATA_DIR for others to see: its lock, and who runs since when."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from launcher.errors import StartError

LOCK = "run.lock"
STATE = "run.json"
_PATIENCE_SECONDS = 1.0


class RunLock:
    """Held by the one RealRecap that runs on a folder; the kernel gives it back when the process ends."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, data_dir: Path) -> RunLock:
        """Take the lock of `data_dir`; StartError where another process has it."""
        file = open(data_dir / LOCK, "a+")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _try_lock(file):
            if time.monotonic() > deadline:  # until then it may be `owner` of another process, which looks only
                raise StartError(
                    f"RealRecap already runs on {data_dir} (process {_read_pid(file)}).",
                    "Stop it with `make stop`, or choose another folder: `DATA_DIR=... PORT=5001 make run`.",
                )
            time.sleep(0.05)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return cls(file)

    def release(self) -> None:
        """Give the lock back."""
        self._file.close()


def owner(data_dir: Path) -> int | None:
    """The process that runs RealRecap on `data_dir`; None where there is none."""
    try:
        with open(data_dir / LOCK) as file:
            return None if _try_lock(file) else _read_pid(file)
    except FileNotFoundError:
        return None


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_pid(file: IO[str]) -> int | None:
    file.seek(0)
    text = file.read().strip()
    return int(text) if text.isdigit() else None


@dataclass
class ChildState:
    """One process: its number, when it started (seconds since 1970) and how often it was started."""

    pid: int
    since: float
    starts: int


@dataclass
class State:
    """What `make status` shows."""

    address: str = ""
    since: float = field(default_factory=time.time)
    ready: bool = False
    children: dict[str, ChildState] = field(default_factory=dict)

    def save(self, data_dir: Path) -> None:
        """Write it into `data_dir`, whole or not at all."""
        part = data_dir / f"{STATE}.part"
        part.write_text(json.dumps(asdict(self)))
        part.replace(data_dir / STATE)

    @classmethod
    def load(cls, data_dir: Path) -> State | None:
        """Read it from `data_dir`; None where nothing was written yet."""
        try:
            values = json.loads((data_dir / STATE).read_text())
        except FileNotFoundError:
            return None
        values["children"] = {name: ChildState(**child) for name, child in values["children"].items()}
        return cls(**values)

    @staticmethod
    def remove(data_dir: Path) -> None:
        """Delete what `save` wrote."""
        (data_dir / STATE).unlink(missing_ok=True)
