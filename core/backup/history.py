"""When the last backup was made, and where it went: `DATA_DIR/last-backup.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import config


@dataclass(frozen=True, slots=True)
class LastBackup:
    """A backup that was made here."""

    made_at: datetime
    path: str


def note_backup(path: Path, made_at: datetime) -> None:
    """Remember a backup that was made. Raises OSError."""
    content = json.dumps({"made_at": made_at.isoformat(timespec="seconds"), "path": str(path)})
    partial = _file().with_suffix(".partial")
    partial.write_text(content)
    partial.replace(_file())


def last_backup() -> LastBackup | None:
    """The backup that was made last; None if none is known."""
    try:
        fields = json.loads(_file().read_text())
        return LastBackup(datetime.fromisoformat(fields["made_at"]), str(fields["path"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _file() -> Path:
    return config.load().data_dir / "last-backup.json"
