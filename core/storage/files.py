"""Where bytes live: a folder now, an object store later. The only module that knows paths.

    incoming/<id>           uploads on their way; resumable ones under the id of their row
    recordings/<id>         uploaded files, by recording
    stages/<ab>/<key>.*     results of stages, by the hash of what went in
    stages/<ab>/<key>.parts/<n>.json   saved batches of an unfinished stage

Files appear whole or not at all: they are written to a temporary name, synced, and published by a link that
never replaces an older result, whose ids may be in use.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.database.base import new_id
from pipeline.catalogue import CACHE_SUFFIXES
from pipeline.errors import StorageFull


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """Files that only save work: `<key><suffix>`, their bytes, and when they were last used (seconds since 1970)."""

    key: str
    suffix: str
    size_bytes: int
    last_used: float


class FileStore:
    """The files of one DATA_DIR. It is the store of `pipeline.results`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming_folder = root / "incoming"
        self.recordings_folder = root / "recordings"
        self.stages_folder = root / "stages"

    def make_folders(self) -> None:
        """Make the folders, readable by the owner alone."""
        for folder in (self.root, self.incoming_folder, self.recordings_folder, self.stages_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def free_bytes(self) -> int:
        """Free space on the disk of DATA_DIR, in bytes."""
        self.make_folders()
        return shutil.disk_usage(self.root).free

    # uploads

    def new_incoming(self) -> Path:
        """A fresh path for an upload on its way."""
        self.make_folders()
        return self.incoming_folder / new_id()

    def incoming(self, upload_id: str) -> Path:
        """Where the bytes of a resumable upload gather."""
        return self.incoming_folder / upload_id

    def create_incoming(self, upload_id: str) -> Path:
        """Make the empty file of a resumable upload, in a way that a power cut does not undo."""
        self.make_folders()
        path = self.incoming(upload_id)
        path.touch(mode=0o600, exist_ok=False)
        _sync_folder(path.parent)
        return path

    def incoming_sizes(self) -> dict[str, int]:
        """Bytes of each file in `incoming`, by its name."""
        self.make_folders()
        return {path.name: size for path in self.incoming_folder.iterdir() if (size := _size(path)) is not None}

    def incoming_names(self, older_than: float) -> set[str]:
        """Names of the files in `incoming` last changed before `older_than` (seconds since 1970)."""
        self.make_folders()
        return {path.name for path in self.incoming_folder.iterdir() if _changed(path) < older_than}

    def link_upload(self, upload_id: str) -> None:
        """Give a complete, synced resumable upload its place as a recording; it stays in `incoming` as well."""
        target = self.recording(upload_id)
        _link_once(self.incoming(upload_id), target)
        _sync_folder(target.parent)

    def keep_upload(self, incoming: Path, recording_id: str) -> Path:
        """Move a complete, synced upload to its recording."""
        target = self.recording(recording_id)
        os.replace(incoming, target)
        _sync_folder(target.parent)
        return target

    def recording(self, recording_id: str) -> Path:
        """Where the uploaded file of a recording lies."""
        return self.recordings_folder / recording_id

    def remove_recording(self, recording_id: str) -> None:
        """Remove an uploaded file; no error where it is gone already."""
        self.recording(recording_id).unlink(missing_ok=True)

    # results of stages

    def stage(self, key: str, suffix: str) -> Path:
        """Where the result of a stage lies, or would lie."""
        return self.stages_folder / key[:2] / f"{key}{suffix}"

    def find(self, key: str, suffix: str) -> Path | None:
        """The result of a stage, None where there is none."""
        path = self.stage(key, suffix)
        try:
            os.utime(path)  # when it was last used decides what goes first
        except FileNotFoundError:
            return None
        return path

    @contextmanager
    def publish(self, key: str, suffix: str) -> Iterator[Path]:
        """Lend a temporary path to write a result to; at the end it is synced and published, the first one wins."""
        final = self.stage(key, suffix)
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = final.with_name(f".{final.name}.{new_id()}")
        try:
            yield temporary
            _sync_file(temporary)
            _link_once(temporary, final)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(final.parent)

    def save_part(self, key: str, number: int, data: bytes) -> None:
        """Save one batch of an unfinished stage."""
        folder = self.stage(key, ".parts")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = folder / f".{number}.{new_id()}"
        try:
            temporary.write_bytes(data)
            _sync_file(temporary)
            _link_once(temporary, folder / f"{number:06d}.json")
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(folder)

    def parts(self, key: str) -> list[bytes]:
        """The saved batches of an unfinished stage, in order."""
        folder = self.stage(key, ".parts")
        return [path.read_bytes() for path in sorted(folder.glob("*.json"))] if folder.is_dir() else []

    def drop_parts(self, key: str) -> None:
        """Remove the saved batches of a stage."""
        shutil.rmtree(self.stage(key, ".parts"), ignore_errors=True)

    def remove_stage(self, key: str) -> None:
        """Remove every file of a stage's result."""
        self.drop_parts(key)
        for path in self.stage(key, "").parent.glob(f"{key}.*"):
            path.unlink(missing_ok=True)

    def stage_files(self, key: str) -> list[Path]:
        """The files of a stage's result, without its saved batches."""
        return [path for path in self.stage(key, "").parent.glob(f"{key}.*") if path.is_file()]

    def stage_keys(self, older_than: float) -> set[str]:
        """Keys of the results on disk last changed before `older_than` (seconds since 1970)."""
        paths = self.stages_folder.glob("*/[0-9a-f]*") if self.stages_folder.is_dir() else []
        return {path.name.split(".")[0] for path in paths if _changed(path) < older_than}

    def stage_sizes(self) -> dict[str, tuple[int, float]]:
        """Of each result on disk: its bytes, and when it was last used (seconds since 1970)."""
        found: dict[str, tuple[int, float]] = {}
        for path in self.stages_folder.glob("*/[0-9a-f]*"):
            size, last_used = _measure(path)
            key = path.name.split(".")[0]
            known_size, known_use = found.get(key, (0, 0.0))
            found[key] = (known_size + size, max(known_use, last_used))
        return found

    def cache_entries(self, whole_results: Set[str]) -> list[CacheEntry]:
        """Samples and saved batches of any result, and all files of the results with these keys."""
        found = []
        for path in self.stages_folder.glob("*/[0-9a-f]*"):
            key, suffix = path.name.split(".")[0], path.suffix
            if suffix in CACHE_SUFFIXES or key in whole_results:
                size, last_used = _measure(path)
                found.append(CacheEntry(key, suffix, size, last_used))
        return found

    def remove_cache(self, entry: CacheEntry) -> None:
        """Remove one cache; the other files of its result stay."""
        _remove(self.stage(entry.key, entry.suffix))

    def recording_ids(self) -> set[str]:
        """Ids of the recordings whose uploaded file is there."""
        self.make_folders()
        return {path.name for path in self.recordings_folder.iterdir()}

    def sweep_leftovers(
        self, older_than: float, is_known: Callable[[str], bool], is_arriving: Callable[[str], bool] = lambda _id: False
    ) -> int:
        """Remove abandoned uploads, temporary files, useless batches and files of unknown recordings; counts them.

        Only what was last changed before `older_than` (seconds since 1970) goes, and no file of a resumable upload that
        is still arriving.
        """
        self.make_folders()
        gone = 0
        candidates = [path for path in self.incoming_folder.iterdir() if not is_arriving(path.name)]
        candidates += self.stages_folder.glob("*/.*")
        candidates += [path for path in self.recordings_folder.iterdir() if not is_known(path.name)]
        candidates += self._batches_of_finished_stages()
        for path in candidates:
            if _changed(path) < older_than:
                _remove(path)
                gone += 1
        return gone

    def _batches_of_finished_stages(self) -> list[Path]:
        """What a late worker saved after another had finished the stage, or a killed one did not come to remove."""
        return [path for path in self.stages_folder.glob("*/*.parts") if path.with_suffix(".json").exists()]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _measure(path: Path) -> tuple[int, float]:
    """Bytes of a file, or of all files in a folder, and when it was last used (seconds since 1970).

    Silence in samples is a hole, which takes no room.
    """
    size, last_used = 0, 0.0
    for file in path.rglob("*") if path.is_dir() else [path]:
        try:
            stat = file.stat()
        except FileNotFoundError:  # somebody else removed it just now
            continue
        size, last_used = size + min(stat.st_size, stat.st_blocks * 512), max(last_used, stat.st_mtime)
    return size, last_used


@contextmanager
def full_disk_explained() -> Iterator[None]:
    """Say in words for users that the disk is full. Raises StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(hint="Ask the person who runs this server to free some space.") from error
        raise


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # somebody else removed it just now
        return None


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # somebody else removed it just now
        return float("inf")


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _link_once(temporary: Path, final: Path) -> None:
    try:
        os.link(temporary, final)
    except FileExistsError:
        return  # a result that is there stays: its ids may be in use
