"""What is done with several recordings at once, which their owner selected in the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from core.database.tables import Recording, User
from core.letterhead import get_letterhead
from core.recordings import queries, recaps
from pipeline.errors import PipelineError
from pipeline.render.exports.file_name import make_file_name
from webapp.errors import InvalidRequest
from webapp.recordings import minutes

if TYPE_CHECKING:
    from pipeline.render.exports.archive import ZipPart

MOST = 100
"""At a time."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A recording with which something could not be done, and why."""

    recording: Recording
    error: PipelineError


def read_selection(form: MultiDict[str, str], owner: User) -> list[Recording]:
    """The selected recordings that are there and the user's own. Raises InvalidRequest if there are none."""
    ids = dict.fromkeys(form.getlist("id"))
    if len(ids) > MOST:
        raise InvalidRequest(f"More than {MOST} recordings are selected.", "Select fewer.", field="id")
    found = [each for each in (queries.get(recording_id, owner.id) for recording_id in ids) if each is not None]
    if not found:
        raise InvalidRequest("No recording is selected.", "Select one in the library first.", field="id")
    return found


def do_each(recordings: list[Recording], action: Callable[[str], None]) -> list[Refusal]:
    """Do something with each recording; those with which it fails do not keep it from the others."""
    refused = []
    for recording in recordings:
        try:
            action(recording.id)
        except PipelineError as error:
            refused.append(Refusal(recording, error))
    return refused


def iterate_archive(recordings: list[Recording]) -> Iterator[bytes]:
    """A ZIP archive with a folder for each recording, sent while it is made; a note says which are not finished."""
    from pipeline.render.exports.archive import iterate_zip_of_many  # it loads python-docx, so only now

    return iterate_zip_of_many(map(_make_part, recordings))


def _make_part(recording: Recording) -> tuple[str, ZipPart | None]:
    """A recording for the archive, with its minutes as a Word document if somebody filled them in; None: no recap."""
    from pipeline.render.exports.archive import ZipPart

    name, recap = make_file_name(recording.title), recaps.load_recap(recording.id)
    if recap is None:
        return name, None
    filled = minutes.are_filled(recording)
    others = {"minutes.docx": minutes.write_docx(recording)} if filled else {}
    return name, ZipPart(recap, recaps.pdf_path(recording.id), get_letterhead(recap.summary.template), others)


def back_to(form: Mapping[str, str]) -> str:
    """The part of the library's address after the `?` from which a selection was made."""
    return "".join(sign for sign in form.get("back", "")[:2000] if sign.isascii() and sign.isprintable())
