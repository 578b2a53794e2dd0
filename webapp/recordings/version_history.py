"""The versions of a recap, as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from core import recap_versions
from core.database.tables import Recording, Version
from core.recordings import recap_templates
from webapp import formats
from webapp.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """A version in the list: its template, author and time in words. `is_shown` marks the current one."""

    number: int
    words: tuple[str, ...]
    address: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class VersionHistory:
    """The versions of a recap, newest first, and the `open` one."""

    open: VersionEntry
    entries: tuple[VersionEntry, ...]
    template: str
    instructions: str

    @property
    def newest(self) -> int:
        """The highest number."""
        return max(entry.number for entry in self.entries)

    @property
    def shown(self) -> VersionEntry | None:
        """The current version."""
        return next((entry for entry in self.entries if entry.is_shown), None)


def find_history(recording: Recording, number: int | None) -> VersionHistory | None:
    """The versions of a recap with one of them open (None: the current one). None if that version does not exist."""
    titles, versions = recap_templates.titles(), recap_versions.list_versions(recording.id)
    entries = tuple(_make_entry(version, recording, titles) for version in versions)
    wanted = number if number is not None else recording.version
    for version, entry in zip(versions, entries, strict=True):
        if version.number == wanted:
            template = titles.get(version.template, version.template)
            return VersionHistory(entry, entries, template, version.options.get("instructions") or "")
    return None


def read_version_number(text: str | None) -> int | None:
    """The number of a version, as an address gives it. Raises InvalidRequest."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1):
        raise InvalidRequest(
            "The version is not a whole number above 0.", "Omit it, or use a number of the list.", field="version"
        )
    return int(text)


def _make_entry(version: Version, recording: Recording, titles: dict[str, str]) -> VersionEntry:
    is_shown = version.number == recording.version
    template = "" if version.template == "none" else titles.get(version.template, version.template)
    made = f"{formats.short_date(version.made_at)} {formats.hour(version.made_at)}"
    query: dict[str, Any] = {} if is_shown else {"version": version.number}
    address = url_for("recordings.show", recording_id=recording.id, **query)
    return VersionEntry(version.number, tuple(filter(None, (template, _author(version), made))), address, is_shown)


def _author(version: Version) -> str:
    return version.model or {"extractive": "from quotes", "none": "transcript only"}.get(version.engine, version.engine)
