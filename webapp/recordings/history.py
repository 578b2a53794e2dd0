"""The versions of a recap as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from core import recap_versions
from core.database.tables import Recording, Version
from core.recordings import recap_templates
from webapp import formats


@dataclass(frozen=True, slots=True)
class Entry:
    """A version: template, who wrote it and when, in words; `is_shown` where the recording shows it."""

    number: int
    words: tuple[str, ...]
    address: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class History:
    """The versions of a recap, newest first, and the one that is `open`."""

    open: Entry
    entries: tuple[Entry, ...]
    template: str
    asked: str

    @property
    def newest(self) -> int:
        """The highest number."""
        return max(entry.number for entry in self.entries)

    @property
    def shown(self) -> Entry | None:
        """The version that the recording shows."""
        return next((entry for entry in self.entries if entry.is_shown), None)


def look(recording: Recording, number: int | None) -> History | None:
    """The versions of a recording, `number` being looked at (None: the one that is shown); None where none is kept."""
    titles, rows = recap_templates.titles(), recap_versions.listed(recording.id)
    entries = tuple(_entry(row, recording, titles) for row in rows)
    wanted = number if number is not None else recording.version
    for row, entry in zip(rows, entries, strict=True):
        if row.number == wanted:
            return History(
                entry, entries, titles.get(row.template, row.template), row.choices.get("instructions") or ""
            )
    return None


def _entry(row: Version, recording: Recording, titles: dict[str, str]) -> Entry:
    is_shown = row.number == recording.version
    query: dict[str, Any] = {} if is_shown else {"version": row.number}
    when = f"{formats.short_date(row.made_at)} {formats.hour(row.made_at)}"
    words = ("" if row.template == "none" else titles.get(row.template, row.template), _writer(row), when)
    address = url_for("recordings.show", recording_id=recording.id, **query)
    return Entry(row.number, tuple(filter(None, words)), address, is_shown)


def _writer(row: Version) -> str:
    return row.model or {"extractive": "from quotes", "none": "transcript only"}.get(row.engine, row.engine)
