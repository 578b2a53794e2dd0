"""The page of the library: its rows, what it shows, and the links that show something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, url_for

from core.clock import utc_now
from core.database.tables import Recording, Status, User
from core.jobs import estimates
from core.recordings import library, tags
from core.recordings.library import Sort, View
from core.search.find import Hit, find_hits
from webapp.recordings import rows
from webapp.recordings.library_input import FIELDS, find_page, read_view

PAGE_SIZE = 30
#: What the tabs show, each with its title. Those without a recording are left out, except the first.
TABS = {
    "": "All", library.AT_WORK: "At work", Status.DONE: "Ready", library.REVIEW: "To review",
    Status.FAILED: "Failed", Status.CANCELLED: "Cancelled",
}  # fmt: skip
SORTS = {Sort.NEWEST: "Newest first", Sort.OLDEST: "Oldest first", Sort.LONGEST: "Longest first", Sort.TITLE: "Title"}


@dataclass(frozen=True, slots=True)
class Tab:
    """A link that shows the recordings in one state."""

    title: str
    count: int
    address: str
    is_open: bool


def render_library(user: User, asked: Mapping[str, str]) -> str | None:
    """The page for an address; None if the user has no recordings at all. Raises InvalidRequest."""
    view = read_view(asked)
    chosen = {field: asked[field] for field in FIELDS if asked.get(field)}
    recordings, older = find_page(user.id, view, PAGE_SIZE, asked.get("after"))
    counts = library.count_states(user.id)
    if not recordings and not counts:
        return None
    estimate = estimates.estimate_queue(utc_now())
    made = rows.make_rows(recordings, estimate)
    is_by_day = view.sort in (Sort.NEWEST, Sort.OLDEST)
    return render_template(
        "library.html",
        groups=rows.group_by_day(made, estimate.at) if is_by_day else [(SORTS[view.sort], made)] if made else [],
        is_by_day=is_by_day,
        hits=_find_hits(user, recordings, view),
        tabs=_list_tabs(counts, chosen),
        chosen=chosen,
        narrowed=[field for field in chosen if field not in ("sort", "q", "status")],
        sorts=SORTS,
        tags=tags.list_tags(user.id),
        languages=library.list_languages(user.id),
        older=_address({**chosen, "after": older}) if older else None,
        newest=_address(chosen) if asked.get("after") else None,
        everything=_address({field: chosen[field] for field in ("sort",) if field in chosen}),
    )


def _find_hits(user: User, recordings: list[Recording], view: View) -> dict[str, list[Hit]]:
    return find_hits(user.id, [each.id for each in recordings], view.phrases)


def _list_tabs(counts: Mapping[str, int], chosen: Mapping[str, str]) -> list[Tab]:
    states = (Status.QUEUED, Status.RUNNING, Status.DONE, Status.FAILED, Status.CANCELLED)
    known = {**counts, "": sum(counts.get(state, 0) for state in states)}
    open_state = chosen.get("status", "")
    return [
        Tab(title, known.get(state, 0), _address({**chosen, "status": state}), state == open_state)
        for state, title in TABS.items()
        if known.get(state) or state in ("", open_state)
    ]


def _address(chosen: Mapping[str, str]) -> str:
    return url_for("recordings.library", **{name: value for name, value in chosen.items() if value})  # type: ignore[arg-type]
