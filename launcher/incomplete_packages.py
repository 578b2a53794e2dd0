"""Finds packages that an interrupted installation left incomplete, so that the next one installs them again."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path


def remove_incomplete(environment: Path) -> None:
    """Forget each package of a virtual environment with a file missing or cut short, and pip's own leftovers."""
    for folder in environment.glob("lib/python*/site-packages"):
        incomplete = [info for info in folder.glob("*.dist-info") if not _is_complete(info)]
        for leftover in [*incomplete, *folder.glob("~*")]:
            shutil.rmtree(leftover, ignore_errors=True)


def _is_complete(info: Path) -> bool:
    """Whether every file in a package's RECORD is there in full. pip writes RECORD last, uv before other files."""
    try:
        with open(info / "RECORD", newline="", encoding="utf-8") as file:
            return all(_has_size(info.parent / row[0], row[-1]) for row in csv.reader(file) if row)
    except (OSError, ValueError, csv.Error):
        return False


def _has_size(path: Path, size: str) -> bool:
    if path.suffix == ".pyc":
        return True
    return path.exists() and (not size.isdigit() or path.stat().st_size == int(size))
