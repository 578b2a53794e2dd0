from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from ollama_import.import_cache import ImportCache


def remember(file: Path | None, seconds_later: float = 3600.0) -> ImportCache:
    """A cache that takes files for written some time ago."""
    return ImportCache(file, clock=lambda: time.time() + seconds_later)


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def count_hashes(cache: ImportCache, path: Path) -> tuple[str, int]:
    seen: list[int] = []
    digest = cache.digest(path, lambda done, total: seen.append(done))
    return digest, len(seen)


def test_a_file_is_hashed_once_and_its_digest_survives(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"one")
    assert count_hashes(remember(tmp_path / "memory" / "m.json"), path) == (digest_of(b"one"), 1)
    assert count_hashes(remember(tmp_path / "memory" / "m.json"), path) == (digest_of(b"one"), 0)


def test_a_file_that_changed_is_hashed_again_even_if_its_date_was_set_back(tmp_path: Path) -> None:
    path, cache = tmp_path / "model.gguf", remember(tmp_path / "m.json")
    path.write_bytes(b"one")
    before = path.stat()
    assert count_hashes(cache, path)[0] == digest_of(b"one")
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert count_hashes(cache, path) == (digest_of(b"two"), 1)


def test_a_file_that_was_written_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    path, cache = tmp_path / "model.gguf", remember(tmp_path / "m.json", seconds_later=0.0)
    path.write_bytes(b"one")
    cache.digest(path, lambda done, total: None)
    assert cache.known_digest(path) is None


@pytest.mark.parametrize(
    "kept", [b"", b"[]", b"{}", b'{"files": 1, "imports": {}}', b'{"files": {"a": 1}, "imports": {}}']
)
def test_a_damaged_memory_is_forgotten(tmp_path: Path, kept: bytes) -> None:
    file, path = tmp_path / "m.json", tmp_path / "model.gguf"
    file.write_bytes(kept)
    path.write_bytes(b"one")
    assert count_hashes(remember(file), path) == (digest_of(b"one"), 1)
    assert remember(file).known_digest(path) == digest_of(b"one")


def test_a_memory_that_cannot_be_kept_does_not_stop_the_work(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_bytes(b"")
    path = tmp_path / "model.gguf"
    path.write_bytes(b"one")
    assert remember(tmp_path / "file" / "m.json").digest(path, lambda done, total: None) == digest_of(b"one")
    assert "Digests cannot be stored" in caplog.text


def test_it_is_remembered_of_what_a_model_was_made(tmp_path: Path) -> None:
    remember(tmp_path / "m.json").store_import("host", "recap", "manifest-1", {"files/model.gguf": "sha256:1"})
    cache = remember(tmp_path / "m.json")
    assert cache.imported_weights("host", "recap", "manifest-1") == {"files/model.gguf": "sha256:1"}
    assert cache.imported_weights("host", "recap", "manifest-2") is None
    assert cache.imported_weights("other", "recap", "manifest-1") is None
