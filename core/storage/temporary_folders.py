"""Temporary files lie in DATA_DIR/tmp, in a folder of each process, and go with it however it ends.

A process holds a lock on its folder, which the system releases when it ends: so any other process can tell what is
left over, in another container too, and whatever process has its number by then.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from multiprocessing.util import Finalize
from pathlib import Path

LOCK = "lock"
#: What nobody holds may be a folder that is being made; it is given this long.
MAKING_SECONDS = 60.0
#: multiprocessing removes its own files in the folder at -100, and complains if they are gone.
AFTER_MULTIPROCESSING = -1000


class TemporaryFolder:
    """A folder for the temporary files of this process and of the programs it starts; each forked child makes its own.

    Raises OSError where DATA_DIR cannot be written or its file system knows no locks.
    """

    def __init__(self, data_dir: Path) -> None:
        self.parent = data_dir / "tmp"
        self._take()
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def _take(self) -> None:
        self.path, self.lock = make_locked_folder(self.parent)
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.path)
        Finalize(None, self._remove, exitpriority=AFTER_MULTIPROCESSING)  # in this process, not in its forks

    def _leave_to_parent(self) -> None:
        inherited = self.lock
        with suppress(OSError):  # on a full disk a child shares the folder, and the lock on it
            self._take()
            os.close(inherited)

    def _remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        sweep(self.parent)


def make_locked_folder(parent: Path) -> tuple[Path, int]:
    """A new folder, and the file descriptor that holds the lock on it. Raises OSError."""
    parent.mkdir(mode=0o700, exist_ok=True)
    while True:
        path = Path(tempfile.mkdtemp(dir=parent))
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (path / LOCK).exists():
                return path, lock
        os.close(lock)  # a sweep took it for a leftover just before it was locked


def sweep(parent: Path, now: float | None = None) -> int:
    """Remove what dead processes left in DATA_DIR/tmp; returns how many. `now` in seconds since 1970."""
    return sum(_remove_if_left(path, now or time.time()) for path in parent.glob("*"))


def _remove_if_left(path: Path, now: float) -> bool:
    try:
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return _last_changed(path) < now - MAKING_SECONDS and _remove(path)
    except OSError:  # of another user
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _remove(path)
    except OSError:  # its process lives
        return False
    finally:
        os.close(lock)


def _remove(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
    return not path.exists()


def _last_changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:  # somebody else removed it just now
        return float("inf")
