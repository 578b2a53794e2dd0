"""The lock in DATA_DIR that keeps a second RealRecap away."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from launcher.errors import StartError

LOCK_FILE = "run.lock"
_WAIT_SECONDS = 1.0


class RunLock:
    """Held by the one RealRecap that runs on a folder; the kernel gives it back when the process ends."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, data_dir: Path) -> RunLock:
        """Take the lock of `data_dir`; StartError where another process has it."""
        file = open(data_dir / LOCK_FILE, "a+")  # noqa: SIM115 - held until the lock is given back
        deadline = time.monotonic() + _WAIT_SECONDS
        while not _try_lock(file):
            if time.monotonic() > deadline:  # until then it may be `owner` of another process, which looks only
                pid = _read_pid(file)
                file.close()
                raise StartError(
                    f"RealRecap already runs on {data_dir} (process {pid}).",
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


def find_owner(data_dir: Path) -> int | None:
    """The process that runs RealRecap on `data_dir`; None where there is none."""
    try:
        with open(data_dir / LOCK_FILE) as file:
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
