"""Correcting a recap, by its page or by the API."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from core.clock import utc_now
from core.database.tables import Recording, User
from core.queue import notifications
from core.recordings import edits, recaps
from pipeline.edits import edit as kinds
from pipeline.edits.edit import Edit, PointAnchor
from pipeline.edits.targets import Target, find_point_target, find_segment_target
from pipeline.recap import ActionItem, Point, Recap, Topic, Transcript
from pipeline.summary_points import SECTIONS, all_points
from webapp.errors import InvalidRequest, NotFound
from webapp.recordings import actions
from webapp.recordings.edit_input import EditInput, StepInput


def edit_recap(recording: Recording, author: User, sent: EditInput) -> int:
    """Keep an edit; the PDF is made again. Returns its number.

    Raises InvalidRequest, NotFound without such a point, Conflict if it was changed since, NotReady without a recap.
    """
    shown = actions.load_recap(recording)
    unedited = recaps.load_unedited(recording.id)
    if unedited is None:
        raise NotFound("The file of this recap is missing.", "Write the recap again to recreate it.")
    if sent.kind == kinds.RESTORE and sent.point is None and sent.segment is None:
        number = edits.restore_all(recording.id, author.id, sent.seen, utc_now())
    else:
        payload, finder = _make_payload(sent, shown), partial(_find_target, sent, unedited)
        number = edits.add_edit(recording.id, author.id, sent.kind, payload, finder, sent.seen, utc_now())
    notifications.notify("cpu")
    return number


def undo(recording: Recording, author: User, sent: StepInput) -> int:
    """Undo an edit, or the last; returns its number. Raises Conflict."""
    number = edits.undo(recording.id, author.id, sent.edit, sent.seen, utc_now())
    notifications.notify("cpu")
    return number


def redo(recording: Recording, author: User, sent: StepInput) -> int:
    """Do an undone edit again, or the one undone last; returns its number. Raises Conflict."""
    number = edits.redo(recording.id, author.id, sent.edit, sent.seen, utc_now())
    notifications.notify("cpu")
    return number


def find_point(recap: Recap, point_id: str) -> Point:
    """A point of a recap as it is shown. Raises NotFound."""
    found = next((point for point in all_points(recap.summary) if point.id == point_id), None)
    if found is None:
        raise NotFound("There is no such point in this recap.", "It may have been removed meanwhile.")
    return found


def _find_target(sent: EditInput, unedited: Recap, known: Sequence[Edit], number: int) -> Target | None:
    if sent.kind == kinds.ADD:
        return PointAnchor(number, sent.section or "", None, ()).to_plain()
    if sent.segment is not None:
        return find_segment_target(unedited, known, sent.segment, number)
    return find_point_target(unedited, known, sent.point or "", number)


def _make_payload(sent: EditInput, shown: Recap) -> dict[str, Any]:
    """What an edit keeps beside its target; checks that it fits the recap."""
    if sent.kind in kinds.SEGMENT_KINDS:
        return _make_segment_payload(sent, shown.transcript)
    if sent.kind == kinds.MOVE:
        return {"to": sent.to}
    if sent.kind == kinds.APPROVE:
        return {"approved": sent.approved}
    if sent.kind == kinds.ADD:
        kind = SECTIONS[sent.section or ""]
        if sent.start is not None and sent.start > shown.transcript.duration_seconds:
            raise InvalidRequest("This time is after the end of the recording.", "Use one within it.", field="start")
        return {"start": sent.start, "changes": _read_changes(sent, kind, shown)}
    if sent.kind == kinds.CHANGE:
        return {"changes": _read_changes(sent, type(find_point(shown, sent.point or "")), shown)}
    return {}


def _make_segment_payload(sent: EditInput, shown: Transcript) -> dict[str, Any]:
    place = next((place for place, one in enumerate(shown.segments) if one.id == sent.segment), None)
    if place is None:
        raise NotFound("There is no such segment in this transcript.", "It may have been split or merged meanwhile.")
    if sent.kind == kinds.CORRECT:
        return {"text": sent.text}
    if sent.kind == kinds.ASSIGN:
        known = [one.id for one in shown.speakers]
        if sent.speaker not in known:
            raise InvalidRequest("There is no such speaker.", f"The speakers are: {', '.join(known)}.", field="speaker")
        return {"speaker": sent.speaker}
    if sent.kind == kinds.SPLIT:
        words = len(shown.segments[place].text.split())
        if not 0 < (sent.at or 0) < words:
            raise InvalidRequest("There is no such word to split at.", f"Use 1 to {max(1, words - 1)}.", field="at")
        return {"at": sent.at}
    if place + 1 == len(shown.segments):
        raise InvalidRequest("This is the last segment.", "Merge the one before it.", field="segment")
    return {}


def _read_changes(sent: EditInput, kind: type[Point], shown: Recap) -> dict[str, str]:
    changes = sent.changes
    for field, owner in (("title", Topic), ("owner", ActionItem), ("due", ActionItem)):
        if field in changes and kind is not owner:
            about = "topics have a title" if owner is Topic else "action items have an owner and a due date"
            raise InvalidRequest(f"This point has no {field}.", f"Only {about}.", field=field)
    if changes.get("owner"):  # a speaker's name may change, the id does not
        names = {one.name.casefold(): one.id for one in reversed(shown.transcript.speakers)}
        changes["owner"] = names.get(changes["owner"].casefold(), changes["owner"])
    return changes
