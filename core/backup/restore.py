"""Restores a backup."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from core.backup.archive import DATABASE, Manifest, Progress, read_archive
from core.backup.errors import RestoreRefused
from core.backup.rows import load_rows
from core.database import schema
from core.database.sessions import forget_deleted, read, write
from core.database.tables import Recording
from core.retention import consistency
from core.storage.store import file_store
from core.uploads.limits import RESERVE_BYTES
from pipeline.errors import StorageFull


def restore_backup(source: Path, now: datetime, *, replace: bool, on_progress: Progress) -> Manifest:
    """Put the rows and files of a backup in the place of what is here.

    The backup is checked before anything changes. Interrupted, it can be repeated: rows change all at once, and files
    are never overwritten. With `replace` the recordings that are here go; without it they are a reason to refuse.
    Raises BackupUnusable, RestoreRefused, StorageFull.
    """
    file_store().make_folders()
    schema.upgrade()
    if not replace and _count_recordings():
        raise RestoreRefused()
    if file_store().free_bytes() < source.stat().st_size + RESERVE_BYTES:
        raise StorageFull("The disk has no room for the files of this backup.")
    with tempfile.TemporaryDirectory() as name:  # in DATA_DIR: unpacked files only need a link
        folder = Path(name)
        manifest = read_archive(source, folder, on_progress)
        _place_files(folder)
        with write() as session:
            load_rows(folder / DATABASE, session.connection())
    consistency.repair(consistency.verify(now, age_seconds=0), now)
    forget_deleted()
    return manifest


def _count_recordings() -> int:
    with read() as session:
        return session.scalar(select(func.count()).select_from(Recording)) or 0


def _place_files(folder: Path) -> None:
    """Give each file its place, in a way that a power cut does not undo."""
    root = file_store().root
    changed = set()
    for kind in ("recordings", "stages"):
        for path in (folder / kind).rglob("*"):
            target = root / path.relative_to(folder)
            if path.is_dir():
                target.mkdir(mode=0o700, parents=True, exist_ok=True)
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _place(path, target):
                changed.add(target.parent)
    for parent in changed:
        _sync(parent)


def _place(source: Path, target: Path) -> bool:
    """Link a file unless it is there; one of another size was damaged, and is replaced."""
    try:
        os.link(source, target)
    except FileExistsError:
        if source.stat().st_size == target.stat().st_size:
            return False
        shutil.move(source, target)
    return True


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
