"""The lock file in DATA_DIR that allows only one RealRecap to run on it."""

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
    """Held by the RealRecap that runs on a folder; the kernel releases it when the process ends."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, data_dir: Path) -> RunLock:
        """Take the lock of `data_dir`; StartError if another process holds it."""
        file = open(data_dir / LOCK_FILE, "a+")  # noqa: SIM115 - open until the lock is released
        deadline = time.monotonic() + _WAIT_SECONDS
        while not _try_lock(file):
            if time.monotonic() > deadline:  # before, it may be `find_owner` in another process, which holds it briefly
                pid = _read_pid(file)
                file.close()
                raise StartError(
                    f"RealRecap is already running on {data_dir} (process {pid}).",
                    "Stop it with `make stop`, or choose another folder: `DATA_DIR=... PORT=5001 make run`.",
                )
            time.sleep(0.05)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return cls(file)

    def release(self) -> None:
        """Release the lock."""
        self._file.close()


def find_owner(data_dir: Path) -> int | None:
    """The process that runs RealRecap on `data_dir`; None if there is none."""
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
