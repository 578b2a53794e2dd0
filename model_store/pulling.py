"""Downloads a model from the hub into MODELS_DIR; goes on where an earlier try stopped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import config
from model_store.catalogue import KnownModel
from model_store.errors import DownloadDamaged, ModelUnknown
from model_store.hub import Hub, RemoteFile, RemoteModel
from model_store.manifest import FileEntry, Manifest, hash_file, read_manifest, write_manifest
from model_store.placing import check_space, collecting, put_in_place

#: Told of the action, the bytes done and all bytes; may raise to stop.
Report = Callable[[str, int, int], None]
PART = ".part"


@dataclass(frozen=True, slots=True)
class PullResult:
    """What came of a download. `fetched_bytes` does not count what was there already."""

    outcome: Literal["installed", "unchanged"]
    folder: Path
    revision: str
    size_bytes: int
    fetched_bytes: int


def pull(model: KnownModel, settings: config.Settings, report: Report, revision: str = "") -> PullResult:
    """Install a model, or complete, repair or update it: what is there with the right sum is not fetched again.

    Raises PipelineError: of `model_store.errors`, StorageFull, or FolderProblem.
    """
    hub = Hub(settings)
    remote = hub.find(model, revision or model.revision)
    _check_names(model, remote)
    target = settings.models / model.folder
    with collecting(settings.models, model.folder) as staging:
        pull = _Pull(hub, model, remote, staging, target, report)
        if pull.is_installed():
            shutil.rmtree(staging, ignore_errors=True)
            return PullResult("unchanged", target, remote.commit, pull.total, 0)
        entries = pull.collect()
        _remove_others(staging, {entry.path for entry in entries})
        write_manifest(staging, Manifest(name=model.folder, kind=model.kind, repository=model.repository,
                                         revision=remote.commit, files=entries))  # fmt: skip
        put_in_place(staging, target)
    return PullResult("installed", target, remote.commit, pull.total, pull.fetched)


def _check_names(model: KnownModel, remote: RemoteModel) -> None:
    """Refuse what could not be listed in a manifest, before anything is written."""
    unknown = "0" * 64
    try:
        files = tuple(FileEntry(path=file.path, size=file.size, sha256=unknown) for file in remote.files)
        Manifest(name=model.folder, kind=model.kind, files=files)
    except ValueError as error:
        raise ModelUnknown(
            f"{model.repository} has files that cannot be stored under their names.", "Use another model."
        ) from error


class _Pull:
    """One download: files come from the staging folder, the installed model, or the hub."""

    def __init__(
        self, hub: Hub, model: KnownModel, remote: RemoteModel, staging: Path, target: Path, report: Report
    ) -> None:
        self.hub, self.model, self.remote = hub, model, remote
        self.staging, self.target, self.report = staging, target, report
        self.total = sum(file.size for file in remote.files)
        self.fetched = self._done = 0

    def is_installed(self) -> bool:
        """Whether the installed model is complete and undamaged, with its manifest."""
        manifest = read_manifest(self.target)
        if manifest is None or manifest.revision != self.remote.commit:
            return False
        return all(self._matches(self.target / file.path, file) for file in self.remote.files)

    def collect(self) -> tuple[FileEntry, ...]:
        """Bring all files into the staging folder."""
        missing = [file for file in self.remote.files if not self._take_existing(file)]
        have = sum(_size(self._part(file)) for file in missing)
        check_space(self.staging, sum(file.size for file in missing) - have)
        self._done = self.total - sum(file.size for file in missing)
        for file in missing:
            self._fetch(file)
            self._done += file.size
        return tuple(FileEntry(path=file.path, size=file.size, sha256=self._sha256(file)) for file in self.remote.files)

    def _take_existing(self, file: RemoteFile) -> bool:
        staged = self.staging / file.path
        if self._matches(staged, file):
            return True
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.unlink(missing_ok=True)
        installed = self.target / file.path
        if not self._matches(installed, file):
            return False
        try:
            os.link(installed, staged)
        except OSError:  # a file system without hard links
            shutil.copyfile(installed, staged)
        return True

    def _fetch(self, file: RemoteFile) -> None:
        part, begun = self._part(file), _size(self._part(file))
        if begun > file.size:
            part.unlink()
            begun = 0

        def on_position(position: int) -> None:
            self.report("downloading", self._done + position, self.total)

        on_position(begun)
        self.hub.fetch(self.model, self.remote.commit, file, part, on_position)
        self.fetched += file.size - begun
        if not self._matches(part, file):
            part.unlink()
            raise DownloadDamaged(f"{file.path} of {self.model.folder} arrived damaged: its sum is not the hub's.")
        part.rename(self.staging / file.path)

    def _part(self, file: RemoteFile) -> Path:
        """Named by the digest: the bytes of one version never follow those of another."""
        return self.staging / f"{file.path}.{file.digest[:16]}{PART}"

    def _matches(self, path: Path, file: RemoteFile) -> bool:
        if path.is_symlink() or not path.is_file() or path.stat().st_size != file.size:
            return False
        if len(file.digest) == 64:
            return self._sha256(file, path) == file.digest
        return hash_file(path, prefix=b"blob %d\0" % file.size, algorithm="sha1") == file.digest

    def _sha256(self, file: RemoteFile, path: Path | None = None) -> str:
        if path is None and len(file.digest) == 64:  # checked already
            return file.digest
        read = 0

        def on_bytes(count: int) -> None:
            nonlocal read
            read += count
            self.report(f"checking {file.path}", read, file.size)

        return hash_file(path or self.staging / file.path, on_bytes)


def _remove_others(folder: Path, paths: set[str]) -> None:
    """Remove what an earlier try left and this version lacks."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):  # it is in use
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in paths:
            path.unlink()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
