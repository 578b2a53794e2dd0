"""A cache of the digests of files, and of what was imported.

Hashing twenty gigabytes takes minutes. The digest of a file is stored with its size, its inode and its times: the
change time (`st_ctime`) moves with every write and cannot be set back, so a changed file is hashed again. A lost or
damaged cache only costs time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

HASH_BYTES = 1 << 20
SETTLED_SECONDS = 2.0
"""A file changed this recently may change again within one tick of the file system's clock."""
OnBytes = Callable[[int, int], None]
"""Called with the bytes done and the total."""


def hash_file(path: Path, on_bytes: OnBytes) -> str:
    """The SHA-256 of a file as Ollama writes it ("sha256:..."), in constant memory."""
    digest = hashlib.sha256()
    size, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while chunk := file.read(HASH_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_bytes(done, max(size, done))
    return f"sha256:{digest.hexdigest()}"


class ImportCache:
    """Digests of files, and the files of each imported model, in a JSON file; None: in memory only.

    `clock` returns the time in seconds since 1970.
    """

    def __init__(self, file: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._files: dict[str, Any] = {}
        self._imports: dict[str, Any] = {}
        self._load()

    def digest(self, path: Path, on_bytes: OnBytes) -> str:
        """The digest of a file, hashed only if it is not cached. Raises OSError."""
        known = self.known_digest(path)
        if known:
            return known
        begun = self._clock()
        before = _state(path)
        digest = hash_file(path, on_bytes)
        if _state(path) == before and max(before[1], before[2]) < (begun - SETTLED_SECONDS) * 1e9:
            self._files[str(path.resolve())] = [*before, digest]
            self._save()
        return digest

    def known_digest(self, path: Path) -> str | None:
        """The cached digest of a file; None if there is none or the file has changed."""
        known = self._files.get(str(path.resolve()))
        return str(known[-1]) if known and list(known[:-1]) == _state(path) else None

    def forget(self, path: Path) -> None:
        """Hash the file again next time."""
        if self._files.pop(str(path.resolve()), None):
            self._save()

    def store_import(self, host: str, name: str, manifest: str, weights: dict[str, str]) -> None:
        """Store the digests of a model's files; `manifest` is the digest of the model."""
        self._imports[f"{host} {name}"] = {"manifest": manifest, "weights": weights, "proved": False}
        self._save()

    def store_success(self, host: str, name: str) -> None:
        """Store that an imported model works."""
        known = self._imports.get(f"{host} {name}")
        if known and not known.get("proved"):
            known["proved"] = True
            self._save()

    def has_answered(self, host: str, name: str) -> bool:
        """Whether an imported model has answered."""
        return bool(self._imports.get(f"{host} {name}", {}).get("proved"))

    def imported_weights(self, host: str, name: str, manifest: str) -> dict[str, str] | None:
        """The digests of this model's files; None if it was not imported from here."""
        known = self._imports.get(f"{host} {name}")
        return dict(known["weights"]) if known and known["manifest"] == manifest else None

    def _load(self) -> None:
        if self._file is None or not self._file.is_file():
            return
        try:
            kept = json.loads(self._file.read_bytes())
            files = {key: value for key, value in kept["files"].items() if len(value) == 5}
            imports = {key: value for key, value in kept["imports"].items() if {"manifest", "weights"} <= set(value)}
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        self._files, self._imports = files, imports

    def _save(self) -> None:
        if self._file is None:
            return
        kept = {path: value for path, value in self._files.items() if os.path.exists(path)}
        fresh = self._file.with_name(f"{self._file.name}.{os.getpid()}.new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps({"files": kept, "imports": self._imports}, indent=1))
            fresh.replace(self._file)
        except OSError as error:
            log.warning("Digests cannot be stored, so the next import hashes all files again: %s", error)
            self._file = None


def _state(path: Path) -> list[int]:
    """The attributes that change with a file."""
    now = path.stat()
    return [now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino]
