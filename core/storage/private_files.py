"""What every process of RealRecap does about files first: they are its user's alone, temporary ones in DATA_DIR/tmp.

Whoever starts the process, web server, worker or command, its files hold words of recordings.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from core.storage import temporary_folders

#: What others may do with new files and folders: nothing.
UMASK = 0o077


def keep_files_private(data_dir: Path) -> None:
    """Close DATA_DIR to others, and give this process a temporary folder of its own in it.

    What dead processes left there goes. A process that cannot write DATA_DIR keeps the system's folder: what it is
    asked to do will say so.
    """
    os.umask(UMASK)
    with suppress(OSError):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        close_to_others(data_dir)
        temporary_folders.sweep(data_dir / "tmp")
        temporary_folders.TemporaryFolder(data_dir)


def close_to_others(folder: Path) -> None:
    """Take the rights of others away from a folder, and with that from all in it. Raises OSError where it cannot."""
    mode = folder.stat().st_mode & 0o777
    if mode & 0o077:
        folder.chmod(mode & 0o700)
