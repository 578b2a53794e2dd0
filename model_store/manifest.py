"""What an installed model consists of: a file in its folder with the size and SHA-256 of each of its files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.speech_models import MANIFEST

READ_BYTES = 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def check_name(name: str) -> str:
    """The name of a model's folder. Raises ValueError if it is not one plain name."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:100]!r} is no name of a model")
    return name


def check_path(path: str) -> str:
    """A relative path of plain names, at most four folders deep. Raises ValueError."""
    parts = PurePosixPath(path).parts
    if "/".join(parts) != path or not 1 <= len(parts) <= 5 or path == MANIFEST:
        raise ValueError(f"{path[:200]!r} is no path of a model's file")
    for part in parts:
        check_name(part)
    return path


class FileEntry(BaseModel):
    """A file of a model, by its path below the model's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(max_length=300)
    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @field_validator("path")
    @classmethod
    def _check_path(cls, value: str) -> str:
        return check_path(value)


class Manifest(BaseModel):
    """A model and its files. `repository` and `revision` are empty if it was copied by hand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Literal["whisper", "diarization"]
    repository: str = Field("", max_length=200)
    revision: str = Field("", max_length=100)
    files: tuple[FileEntry, ...] = Field(min_length=1, max_length=500)

    @field_validator("name")
    @classmethod
    def _check_name(cls, value: str) -> str:
        return check_name(value)

    @field_validator("files")
    @classmethod
    def _check_files(cls, value: tuple[FileEntry, ...]) -> tuple[FileEntry, ...]:
        paths = {entry.path for entry in value}
        folders = {folder.as_posix() for path in paths for folder in PurePosixPath(path).parents}
        if len(paths) != len(value) or paths & folders:
            raise ValueError("a file is listed twice")
        return value

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of an installed model; None if there is none that can be read."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it into the model's folder. Raises OSError."""
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")


def hash_file(path: Path, on_bytes: Callable[[int], None] = lambda count: None, prefix: bytes = b"",
              algorithm: str = "sha256") -> str:  # fmt: skip
    """The digest of a prefix and a file, in hex; `on_bytes` gets the size of each part read, and may raise to stop."""
    digest = hashlib.new(algorithm, prefix, usedforsecurity=False)
    with path.open("rb") as file:
        while part := file.read(READ_BYTES):
            digest.update(part)
            on_bytes(len(part))
    return digest.hexdigest()
