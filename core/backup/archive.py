"""The file of a backup: a tar archive whose last member, `manifest.json`, names all others with size and SHA-256.

database.sqlite               all rows, whatever the database was
recordings/<id>               uploaded files
stages/<ab>/<key>.<suffix>    results
manifest.json                 what belongs to it; an archive without it is not whole
"""

from __future__ import annotations

import glob
import hashlib
import io
import json
import os
import re
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from core.backup.errors import BackupFailed, BackupUnusable
from core.database.base import new_id

MANIFEST = "manifest.json"
DATABASE = "database.sqlite"
FORMAT = 1
BLOCK = 1 << 20  # bytes
LEFTOVER_SECONDS = 86_400.0
LARGEST_MANIFEST = 1 << 30  # bytes: 100 of them a file, for ten million files
NAME = re.compile(r"database\.sqlite|recordings/[0-9a-f]{32}|stages/([0-9a-f]{2})/\1[0-9a-f]{62}(?:\.[a-z0-9]{1,8})+")

#: Called with the bytes that are done and their total.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a backup: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What belongs to a backup. `revision` is the version of its tables."""

    made_at: str
    revision: str
    users: int
    recordings: int
    members: dict[str, Member]

    @property
    def size(self) -> int:
        """Bytes of all files in it."""
        return sum(member.size for member in self.members.values())


def write_archive(
    target: Path, folder: Path, manifest: Callable[[dict[str, Member]], Manifest], on: Progress
) -> Manifest:
    """Pack a folder into `target`, which appears whole and read back, or not at all.

    Raises BackupFailed; OSError where the disk fails.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    total = 2 * sum((folder / name).stat().st_size for name in names)
    _remove_leftovers(target)
    partial = target.with_name(f".{target.name}.{new_id()}.partial")
    members: dict[str, Member] = {}
    done = 0
    try:
        with partial.open("xb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for name in names:
                    members[name] = _add(tar, folder, name)
                    done += members[name].size
                    on(done, total)
                made = manifest(members)
                _add_manifest(tar, made)
            file.flush()
            os.fsync(file.fileno())
        if read_archive(partial, None, lambda read, _: on(done + read, total)) != made:
            raise BackupFailed(
                "The backup reads back otherwise than it was written.", "Check the disk it was written to."
            )
        os.replace(partial, target)
        _sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return made


def _remove_leftovers(target: Path) -> None:
    """What backups of this name left that were killed long ago."""
    for path in target.parent.glob(f".{glob.escape(target.name)}.*.partial"):
        if path.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, folder: Path, name: str) -> Member:
    with (folder / name).open("rb") as file:
        info = tarfile.TarInfo(name)
        info.size, info.mode = os.fstat(file.fileno()).st_size, 0o600
        reader = _HashingReader(file)
        tar.addfile(info, reader)
    return Member(info.size, reader.hash.hexdigest())


def _add_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    data = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def read_archive(source: Path, folder: Path | None, on: Progress) -> Manifest:
    """Check an archive against its manifest, and unpack it into `folder` if one is given. Raises BackupUnusable."""
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    total = source.stat().st_size
    try:
        with tarfile.open(source, mode="r|") as tar:
            for info in tar:
                if manifest is not None or not info.isreg() or info.name in found:
                    raise BackupUnusable("This backup has a file that does not belong to it.")
                file = tar.extractfile(info)
                assert file is not None  # noqa: S101 - it is a regular file
                if info.name == MANIFEST:
                    manifest = _read_manifest(file.read(LARGEST_MANIFEST))
                elif NAME.fullmatch(info.name):
                    found[info.name] = _unpack(file, folder and folder / info.name)
                else:
                    raise BackupUnusable("This backup has a file that does not belong to it.")
                on(min(total, info.offset_data + info.size), total)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BackupUnusable("This file is no backup, or it is cut off or damaged.") from error
    if manifest is None:
        raise BackupUnusable("This backup is cut off: its list of files is missing.")
    if manifest.members != found or DATABASE not in found:
        raise BackupUnusable("This backup is damaged: its files are not those in its list.")
    return manifest


def _unpack(file: IO[bytes], target: Path | None) -> Member:
    digest, size = hashlib.sha256(), 0
    output = None
    if target is not None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        output = target.open("xb")
    try:
        for block in _blocks(file):
            digest.update(block)
            size += len(block)
            if output:
                output.write(block)
        if output:
            output.flush()
            os.fsync(output.fileno())
    finally:
        if output:
            output.close()
    return Member(size, digest.hexdigest())


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _read_manifest(data: bytes) -> Manifest:
    """Raises BackupUnusable, ValueError."""
    fields = json.loads(data)
    if not isinstance(fields, dict) or fields.pop("format", None) != FORMAT:
        raise BackupUnusable("This backup was made by another version.", "Upgrade RealRecap, then restore it.")
    try:
        members = {str(name): Member(int(one["size"]), str(one["sha256"])) for name, one in fields["members"].items()}
        return Manifest(
            str(fields["made_at"]), str(fields["revision"]), int(fields["users"]), int(fields["recordings"]), members
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BackupUnusable("This backup is damaged: its list of files cannot be read.") from error


class _HashingReader(io.RawIOBase):
    """Reads a file and hashes what was read."""

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__()
        self.file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.hash.update(block)
        return block


def _sync_folder(folder: Path) -> None:
    with suppress(PermissionError):  # a folder that may be written but not read
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
