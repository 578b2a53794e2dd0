"""Models in one file, to carry to a machine without a network: a tar archive that begins with a manifest.

Nothing is unpacked by its name in the archive: each member must be a plain file that the manifest lists, in its order.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.speech_models import MANIFEST, SpeechModel
from model_store.errors import ArchiveRefused
from model_store.manifest import READ_BYTES, FileEntry, Manifest, hash_file, read_manifest, write_manifest
from model_store.placing import check_space, collecting, put_in_place, storage_errors
from model_store.pulling import Report

CONTENTS = "realrecap-models.json"
MAX_CONTENTS_BYTES = 1_000_000
#: Ends the name of a folder in which a model is unpacked.
UNPACKED = ".import"


class Contents(BaseModel):
    """The first member of an archive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    models: tuple[Manifest, ...] = Field(min_length=1, max_length=50)

    @field_validator("models")
    @classmethod
    def _check_models(cls, value: tuple[Manifest, ...]) -> tuple[Manifest, ...]:
        if len({model.name for model in value}) != len(value):
            raise ValueError("a model is listed twice")
        return value


def export_models(models: Sequence[SpeechModel], path: Path, report: Report) -> Contents:
    """Write models into a new file; it appears under its name once it is complete. Raises OSError, ArchiveRefused."""
    contents = Contents(models=tuple(_list_files(model, report) for model in models))
    counted = _Counter("writing", sum(model.size_bytes for model in contents.models), report)
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with tarfile.open(unfinished, "w", format=tarfile.PAX_FORMAT) as archive:
            text = contents.model_dump_json(indent=1).encode()
            _add(archive, CONTENTS, len(text), BytesIO(text))
            for model, manifest in zip(models, contents.models, strict=True):
                for entry in manifest.files:
                    with (model.folder / entry.path).open("rb") as file:
                        _add(archive, f"{manifest.name}/{entry.path}", entry.size, _Reader(file, entry, counted.add))
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return contents


def import_models(path: Path, folder: Path, report: Report, force: bool = False) -> list[tuple[Manifest, str]]:
    """Install the models of an archive into MODELS_DIR, all or none, once every sum is right.

    Returns each model with "installed", "unchanged" or, without `force`, "differs" if another of its name is there.
    Raises ArchiveRefused, InstallRunning, StorageFull, FolderProblem; OSError if the archive cannot be read.
    """
    with _opened(path) as archive, ExitStack() as held:
        contents = _read_contents(archive)
        check_space(_existing(folder), sum(model.size_bytes for model in contents.models))
        staged = [held.enter_context(_unpacking(folder, model.name)) for model in contents.models]
        counted = _Counter("checking", sum(model.size_bytes for model in contents.models), report)
        for model, staging in zip(contents.models, staged, strict=True):
            for entry in model.files:
                _extract(_next(archive, f"{model.name}/{entry.path}", entry.size), archive, staging, entry, counted.add)
        if archive.next() is not None:
            raise ArchiveRefused("The archive holds more than its manifest lists.")
        return [
            (model, _place(model, staging, folder / model.name, force))
            for model, staging in zip(contents.models, staged, strict=True)
        ]


# Writing


def _list_files(model: SpeechModel, report: Report) -> Manifest:
    """The manifest of an installed model, or a new one for a model that was copied by hand."""
    known = read_manifest(model.folder)
    if known is not None:
        return known
    paths = sorted(path for path in model.folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    counted = _Counter(f"reading {model.name}", sum(path.stat().st_size for path in paths), report)
    try:
        files = tuple(
            FileEntry(
                path=path.relative_to(model.folder).as_posix(),
                size=path.stat().st_size,
                sha256=hash_file(path, counted.add),
            )
            for path in paths
        )
        return Manifest(name=model.name, kind=model.kind, files=files)
    except ValidationError as error:
        raise ArchiveRefused(
            f"{model.name} cannot be exported: {_reason(error)}.", "Rename the file or folder, then try again."
        ) from error


def _add(archive: tarfile.TarFile, name: str, size: int, file: BytesIO | _Reader) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    archive.addfile(member, file)  # type: ignore[arg-type]


class _Reader:
    """A file that is checked while it is copied into an archive."""

    def __init__(self, file: IO[bytes], entry: FileEntry, on_bytes: Callable[[int], None]) -> None:
        self._file, self._entry, self._on_bytes = file, entry, on_bytes
        self._digest, self._read = hashlib.sha256(), 0

    def read(self, count: int) -> bytes:
        data = self._file.read(count)
        self._digest.update(data)
        self._read += len(data)
        self._on_bytes(len(data))
        at_end = not data or self._read >= self._entry.size
        if at_end and (self._read != self._entry.size or self._digest.hexdigest() != self._entry.sha256):
            raise ArchiveRefused(
                f"{self._entry.path} is damaged, so its model is not exported.",
                "Run `flask models verify`, then `flask models pull` to repair it.",
            )
        return data


# Reading


@contextmanager
def _unpacking(models: Path, name: str) -> Iterator[Path]:
    """An empty folder of its own, beside that of a download, which goes whatever happens."""
    with collecting(models, f"{name}{UNPACKED}") as staging:
        shutil.rmtree(staging)
        staging.mkdir()
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError, UnicodeError) as error:
        raise ArchiveRefused(f"{path} is no archive of models, or is cut off.") from error


def _read_contents(archive: tarfile.TarFile) -> Contents:
    first = archive.next()
    if first is None or first.name != CONTENTS or not first.isreg() or first.size > MAX_CONTENTS_BYTES:
        raise ArchiveRefused("The file is no archive of models: it does not begin with a manifest.")
    try:
        return Contents.model_validate_json(_open(archive, first).read())
    except ValidationError as error:
        raise ArchiveRefused(f"The manifest of the archive cannot be used: {_reason(error)}.") from error


def _next(archive: tarfile.TarFile, name: str, size: int) -> tarfile.TarInfo:
    member = archive.next()
    if member is None:
        raise ArchiveRefused("The archive is cut off.")
    is_plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
    if not is_plain or member.name != name or member.size != size:
        raise ArchiveRefused(f"The archive does not hold what its manifest lists; {name} is missing or not a file.")
    return member


def _extract(
    member: tarfile.TarInfo, archive: tarfile.TarFile, staging: Path, entry: FileEntry, on_bytes: Callable[[int], None]
) -> None:
    target, digest, left = staging / entry.path, hashlib.sha256(), entry.size
    target.parent.mkdir(parents=True, exist_ok=True)
    source = _open(archive, member)
    with target.open("xb") as file:
        while left and (data := source.read(min(READ_BYTES, left))):
            digest.update(data)
            file.write(data)
            left -= len(data)
            on_bytes(len(data))
    if left or digest.hexdigest() != entry.sha256:
        raise ArchiveRefused(f"{member.name} is damaged: its sum is not that of the manifest.")


def _open(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    source = archive.extractfile(member)
    if source is None:
        raise ArchiveRefused("The archive is damaged.")
    return source


def _place(model: Manifest, staging: Path, target: Path, force: bool) -> str:
    there = read_manifest(target)
    if there is not None and there.files == model.files:
        return "unchanged"
    if target.exists() and not force:
        return "differs"
    with storage_errors(target.parent):
        write_manifest(staging, model)
        put_in_place(staging, target)
    return "installed"


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())


def _reason(error: ValidationError) -> str:
    return str(error.errors()[0]["msg"]).removeprefix("Value error, ")


class _Counter:
    """Bytes counted for a report."""

    def __init__(self, action: str, total: int, report: Report) -> None:
        self._action, self._total, self._report, self._done = action, total, report, 0

    def add(self, count: int) -> None:
        """Count bytes."""
        self._done += count
        self._report(self._action, self._done, self._total)
