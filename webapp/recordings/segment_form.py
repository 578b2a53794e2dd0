"""The form in which people correct a paragraph of the transcript, segment by segment."""

from __future__ import annotations

from dataclasses import dataclass

from core.database.tables import Recording
from core.recordings.edits import get_edits
from pipeline.edits.history import last_number
from pipeline.reading.view import read_recap
from pipeline.recap import Segment, Speaker
from webapp.errors import NotFound
from webapp.recordings import actions
from webapp.recordings.edit_input import LIMITS


@dataclass(frozen=True, slots=True)
class SegmentForm:
    """The forms of the segments of a paragraph.

    `seen` is the number of the last edit, `last` the id of the last segment of the transcript.
    """

    segments: tuple[Segment, ...]
    speakers: tuple[Speaker, ...]
    seen: int
    last: str
    max_text: int = LIMITS["text"]


def make_segment_form(recording: Recording, segment_id: str) -> SegmentForm:
    """The form of the paragraph in which a segment (by the id that is shown) begins. Raises NotFound."""
    recap = actions.load_recap(recording)
    anchors, segments = read_recap(recap).anchors, recap.transcript.segments
    if segment_id not in anchors:
        raise NotFound("There is no such segment in this transcript.", "It may have been split or merged meanwhile.")
    return SegmentForm(
        segments=tuple(one for one in segments if anchors.get(one.id) == anchors[segment_id]),
        speakers=recap.transcript.speakers,
        seen=last_number(get_edits(recording.id)),
        last=segments[-1].id,
    )
