"""Compares installed models with their manifests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.speech_models import MANIFEST, SpeechModel
from model_store.manifest import FileEntry, hash_file, read_manifest
from model_store.pulling import Report


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """What a check found; `unlisted`: a model without a manifest, of which nothing is known."""

    name: str
    outcome: Literal["intact", "damaged", "unlisted"]
    problems: tuple[str, ...] = ()
    repository: str = ""


def check_model(model: SpeechModel, report: Report) -> CheckedModel:
    """Read all files of a model and compare their sums. Raises OSError where they cannot be read."""
    manifest = read_manifest(model.folder)
    if manifest is None:
        has_file = (model.folder / MANIFEST).exists()
        unreadable = (f"{MANIFEST} cannot be read",) if has_file else ()
        return CheckedModel(model.name, "damaged" if has_file else "unlisted", unreadable)
    done = 0

    def on_bytes(count: int) -> None:
        nonlocal done
        done += count
        report("checking", done, manifest.size_bytes)

    problems = [problem for entry in manifest.files if (problem := _check(model.folder, entry, on_bytes))]
    listed = {entry.path for entry in manifest.files} | {MANIFEST}
    found = {path.relative_to(model.folder).as_posix() for path in model.folder.rglob("*") if path.is_file()}
    problems += [f"{path[:200]} does not belong to it" for path in sorted(found - listed)]
    return CheckedModel(model.name, "damaged" if problems else "intact", tuple(problems), manifest.repository)


def _check(folder: Path, entry: FileEntry, on_bytes: Callable[[int], None]) -> str | None:
    path = folder / entry.path
    if not path.is_file():
        return f"{entry.path} is missing"
    size = path.stat().st_size
    if size != entry.size:
        return f"{entry.path} has {size:,} bytes instead of {entry.size:,}"
    return None if hash_file(path, on_bytes) == entry.sha256 else f"{entry.path} has other bytes"
