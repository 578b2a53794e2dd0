"""The file store of this machine's DATA_DIR."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import config
from core.storage.files import FileStore


@cache
def _store_at(root: Path) -> FileStore:
    return FileStore(root)


def file_store() -> FileStore:
    """The files of this machine's DATA_DIR."""
    return _store_at(config.load().data_dir)
