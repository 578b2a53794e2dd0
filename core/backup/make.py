"""Makes a backup while the site runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from core.backup.archive import DATABASE, Manifest, Member, Progress, write_archive
from core.backup.errors import BackupFailed
from core.backup.history import note_backup
from core.backup.rows import open_file, save_rows
from core.database.tables import Recording, User
from core.storage import references
from core.storage.files import FileStore
from core.storage.store import file_store
from pipeline.catalogue import CACHE_SUFFIXES
from pipeline.errors import StorageFull

ATTEMPTS = 10  # to find rows and files that match, while people delete


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made, and the names of files that were missing here before."""

    manifest: Manifest
    missing: tuple[str, ...]


def make_backup(target: Path, now: datetime, on_progress: Progress) -> Backup:
    """Put all rows and files, as they are at one moment, into one file, and read it back.

    The file appears whole or not at all. Raises BackupFailed, StorageFull; OSError where `target` cannot be written.
    """
    with tempfile.TemporaryDirectory() as name:  # in DATA_DIR: links cost no room, and keep what is deleted meanwhile
        folder = Path(name)
        revision, missing = _take_snapshot(folder)
        needed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        if shutil.disk_usage(target.parent).free < needed:
            raise StorageFull(f"The backup needs {needed / 1e9:.1f} GB, which the disk does not have.")
        users, recordings = _count(folder / DATABASE)

        def describe(members: dict[str, Member]) -> Manifest:
            return Manifest(now.isoformat(timespec="seconds"), revision, users, recordings, members)

        manifest = write_archive(target, folder, describe, on_progress)
    note_backup(target, now)
    return Backup(manifest, tuple(sorted(missing)))


def _take_snapshot(folder: Path) -> tuple[str, set[str]]:
    """Rows and links to their files; returns the version of the tables, and the files that are missing for good."""
    before: set[str] | None = None
    for _ in range(ATTEMPTS):
        for path in list(folder.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        revision = save_rows(folder / DATABASE)
        engine = open_file(folder / DATABASE)
        with engine.connect() as connection:
            missing = _link_recordings(connection, file_store(), folder) | _link_results(
                connection, file_store(), folder
            )
        engine.dispose()
        if not missing or missing == before:  # the same as a moment ago: not deleted just now, but lost
            return revision, missing
        before = missing
    raise BackupFailed("Recordings are deleted faster than they can be backed up.")


def _link_recordings(connection: Connection, store: FileStore, folder: Path) -> set[str]:
    expected = set(connection.scalars(references.recordings_with_file()))
    ids = connection.scalars(select(Recording.id)).all()
    absent = {id for id in ids if not _link(store.recording(id), folder / "recordings" / id)}
    return {f"recordings/{id}" for id in absent & expected}


def _link_results(connection: Connection, store: FileStore, folder: Path) -> set[str]:
    """Link results, without caches; a result whose files are all gone is missing."""
    missing = set()
    for key in connection.scalars(references.used_keys()).all():
        files = [path for path in store.stage_files(key) if not path.name.endswith(CACHE_SUFFIXES)]
        linked = [_link(path, folder / "stages" / key[:2] / path.name) for path in files]
        if not any(linked):
            missing.add(f"stages/{key[:2]}/{key}")
    return missing


def _link(source: Path, target: Path) -> bool:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        return False
    return True


def _count(path: Path) -> tuple[int, int]:
    engine = open_file(path)
    with engine.connect() as connection:
        counts = len(connection.scalars(select(User.id)).all()), len(connection.scalars(select(Recording.id)).all())
    engine.dispose()
    return counts
