"""What every process of RealRecap does about files first: they are its user's alone, temporary ones in DATA_DIR/tmp.

Whoever starts the process, web server, worker or command, its files hold words of recordings.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from core import processes

#: What others may do with new files and folders: nothing.
UMASK = 0o077
#: A temporary folder of another machine or container, whose processes cannot be seen, is given up after this long.
FOREIGN_SECONDS = 86_400.0


def keep_files_private(data_dir: Path) -> None:
    """Close DATA_DIR to others, and give this process a temporary folder of its own in it.

    Folders that dead processes left behind go. A process that cannot write DATA_DIR keeps the system's folder:
    what it is asked to do will say so.
    """
    os.umask(UMASK)
    with suppress(OSError):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        close_to_others(data_dir)
        sweep_temporary(data_dir)
        use_own_folder(data_dir)


def close_to_others(folder: Path) -> None:
    """Take the rights of others away from a folder, and with that from all in it. Raises OSError where it cannot."""
    mode = folder.stat().st_mode & 0o777
    if mode & 0o077:
        folder.chmod(mode & 0o700)


def use_own_folder(data_dir: Path) -> None:
    """Have this process and those it starts make their temporary files in a folder named by it."""
    folder = data_dir / "tmp" / f"{processes.find_place().replace('/', '_')}:{os.getpid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    atexit.register(_remove_own, folder, os.getpid())


def _remove_own(folder: Path, process: int) -> None:
    if process == os.getpid():  # children that were forked end, too
        shutil.rmtree(folder, ignore_errors=True)


def sweep_temporary(data_dir: Path, now: float | None = None) -> int:
    """Remove the temporary folders of dead processes; returns how many. `now` in seconds since 1970."""
    gone = 0
    here = processes.find_place().replace("/", "_")
    for folder in (data_dir / "tmp").glob("*"):
        place, _, process = folder.name.rpartition(":")
        if place == here:
            is_left = not processes.is_alive(process)
        else:
            is_left = now is not None and _last_changed(folder) < now - FOREIGN_SECONDS
        if is_left:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


def _last_changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:  # somebody else removed it just now
        return float("inf")
