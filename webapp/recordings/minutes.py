"""The minutes of a recording: what is known, what is filled in, and the documents made of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from core.clock import utc_now
from core.database.tables import Recording, User
from core.letterhead import get_letterhead
from core.recordings import minutes as stored
from core.recordings.minutes import MinutesConflict
from pipeline.minutes.defaults import fill_defaults, leave_defaults
from pipeline.minutes.filled import FilledMinutes, FilledMotion
from pipeline.recap import Point, Recap
from pipeline.render.pdf.order import PdfOrder
from webapp.recordings import actions
from webapp.recordings.minutes_input import LIMITS, MinutesInput
from webapp.recordings.pdf_process import make_pdf


class RecapChanged(MinutesConflict):
    """The decisions are others than those that were filled in."""

    default_message = "The recap was written again meanwhile."
    default_hint = "Check what is filled in of each decision, then save."


@dataclass(frozen=True, slots=True)
class MinutesView:
    """The minutes to look at and to fill in: each decision with its motion; `seen` is how often they were saved.

    `saved` is who saved them last, and when.
    """

    filled: FilledMinutes
    motions: tuple[tuple[Point, FilledMotion], ...]
    seen: int
    version: int | None
    saved: tuple[str | None, datetime] | None


def view_minutes(recording: Recording) -> MinutesView:
    """The minutes as they are now. Raises NotFound, and NotReady or Conflict without a recap."""
    recap = actions.load_recap(recording)
    filled, seen = stored.get_minutes(recording.id)
    by_point = filled.motions_by_point(recap)
    motions = tuple((point, by_point.get(point.id, FilledMotion())) for point in recap.summary.decisions)
    saved = stored.find_last_save(recording.id)
    return MinutesView(fill_defaults(filled, recap), motions, seen, recording.version, saved)


def are_filled(recording: Recording) -> bool:
    """Whether somebody filled them in."""
    return stored.get_minutes(recording.id)[1] > 0


def save_minutes(recording: Recording, author: User, sent: MinutesInput) -> None:
    """Keep what was filled in. Raises MinutesConflict if it was changed since, or if a decision is gone."""
    recap = actions.load_recap(recording)
    if sent.version is not None and sent.version != recording.version:
        raise RecapChanged
    _check_points(sent, recap)
    before, _ = stored.get_minutes(recording.id)
    texts = {name: getattr(sent, name) for name in LIMITS}
    filled = leave_defaults(FilledMinutes(**texts, motions=before.motions), recap)
    filled = filled.with_motions(recap, {each.point: each.motion for each in sent.motions})
    stored.save_minutes(recording.id, author.id, filled, sent.seen, utc_now())


def write_pdf(recording: Recording) -> BytesIO:
    """The minutes as a PDF. Raises Unavailable, and as `view_minutes`."""
    recap = actions.load_recap(recording)
    filled, _ = stored.get_minutes(recording.id)
    return make_pdf(PdfOrder(recap, (), get_letterhead(recap.summary.template), filled))


def write_docx(recording: Recording) -> BytesIO:
    """The minutes as a Word document. Raises as `view_minutes`; python-docx is loaded only now."""
    from pipeline.render.exports.word.minutes import write_minutes

    recap, document = actions.load_recap(recording), BytesIO()
    filled, _ = stored.get_minutes(recording.id)
    write_minutes(recap, filled, document, get_letterhead(recap.summary.template))
    document.seek(0)
    return document


def _check_points(sent: MinutesInput, recap: Recap) -> None:
    known = {point.id for point in recap.summary.decisions}
    if any(each.point not in known for each in sent.motions if each.motion != FilledMotion()):
        raise RecapChanged("A decision that you filled in is not in the recap any more.")
