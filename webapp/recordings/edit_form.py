"""The form in which people correct a point, or add one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.database.tables import Recording
from core.recordings.edits import get_edits
from pipeline.edits.history import last_number
from pipeline.edits.point_board import is_hand_id
from pipeline.recap import ActionItem, Point, Recap, Topic
from pipeline.summary_points import SECTIONS
from webapp.errors import InvalidRequest
from webapp.recordings import actions
from webapp.recordings.edit_input import LIMITS
from webapp.recordings.edits import find_point

SECTION_NAMES = {
    "overview": "Overview",
    "decisions": "Decision",
    "action_items": "Action item",
    "questions": "Open question",
    "topics": "Topic",
    "quotes": "Quote",
}


@dataclass(frozen=True, slots=True)
class PointForm:
    """The form of a point, or of a new one if `point` is None.

    `values` are its texts as shown, `place` where it stands in its section of `count` points, `owners` are names to
    choose from. `seen` is the number of the last edit.
    """

    section: str
    point: Point | None
    values: Mapping[str, str]
    place: int
    count: int
    owners: tuple[str, ...]
    seen: int

    @property
    def name(self) -> str:
        """What kind of point it is."""
        return SECTION_NAMES[self.section]

    @property
    def limits(self) -> Mapping[str, int]:
        """The most characters by field."""
        return LIMITS

    @property
    def can_restore(self) -> bool:
        """Whether the summary that is shown has this point, in other words or not approved."""
        point = self.point
        return point is not None and (point.edited_by is not None or point.approved) and not is_hand_id(point.id)

    def retyped(self, sent: Mapping[str, str]) -> PointForm:
        """The same form with what somebody typed into it."""
        return replace(self, values={**self.values, **{name: sent[name] for name in (*LIMITS, "time") if name in sent}})


def make_point_form(recording: Recording, point_id: str) -> PointForm:
    """The form of a point of the recap that is shown. Raises NotFound."""
    recap = actions.load_recap(recording)
    point = find_point(recap, point_id)
    section = next(name for name in SECTIONS if point in getattr(recap.summary, name))
    values = {"text": point.text}
    if isinstance(point, Topic):
        values["title"] = point.title
    if isinstance(point, ActionItem):
        values |= {"owner": recap.transcript.owner_name(point) or "", "due": point.due or ""}
    points = getattr(recap.summary, section)
    return _make(recording, recap, section, point, values, points.index(point))


def make_add_form(recording: Recording, section: str) -> PointForm:
    """The form of a new point. Raises InvalidRequest if there is no such section."""
    if section not in SECTIONS:
        raise InvalidRequest("There is no such section.", f"The sections are {', '.join(SECTIONS)}.", field="section")
    recap = actions.load_recap(recording)
    return _make(recording, recap, section, None, {}, len(getattr(recap.summary, section)))


def _make(
    recording: Recording, recap: Recap, section: str, point: Point | None, values: Mapping[str, str], place: int
) -> PointForm:
    return PointForm(
        section=section,
        point=point,
        values=values,
        place=place,
        count=len(getattr(recap.summary, section)),
        owners=tuple(one.name for one in recap.transcript.speakers),
        seen=last_number(get_edits(recording.id)),
    )
