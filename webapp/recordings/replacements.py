"""Finding and replacing words in a recap, by its page or by the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from core.accounts import users
from core.clock import utc_now
from core.database.tables import Recording, User
from core.queue import notifications
from core.recordings import edits, recaps
from pipeline.accepted_offers import name_number
from pipeline.edits.apply import apply
from pipeline.edits.edit import Edit
from pipeline.edits.history import last_number
from pipeline.edits.replaced_texts import Place, list_places
from pipeline.recap import Recap
from pipeline.rename_speakers import replace_names
from pipeline.vocabulary.entries import Entry, InvalidVocabulary, add_entry, format_vocabulary, parse_vocabulary
from webapp.errors import InvalidRequest, NotFound
from webapp.recordings import actions
from webapp.recordings.replace_input import ReplaceInput

PLACES_SHOWN = 10
_CONTEXT = 40
"""Characters that are shown on each side."""


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place where words would be replaced, with what stands around them. It is in a segment or in a point (ids)."""

    segment: str | None
    point: str | None
    start: float
    before: str
    found: str
    written: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """How many places would change, and the first of the transcript and of the recap.

    `last` is the number of the last edit, which is what whoever sees this knows.
    """

    last: int
    transcript: int
    recap: int
    places: tuple[PlaceView, ...]

    @property
    def count(self) -> int:
        """The number of all places."""
        return self.transcript + self.recap


def preview(recording: Recording, author: User, sent: ReplaceInput) -> Preview:
    """What a replacement would change; nothing is kept. Raises InvalidRequest, NotFound, NotReady and Conflict."""
    _extend_vocabulary(author.vocabulary or "", sent)
    shown = actions.load_recap(recording)
    known = edits.get_edits(recording.id)
    return _make_preview(shown, _find_places(recording, sent, known), last_number(known))


def replace_words(recording: Recording, author: User, sent: ReplaceInput) -> int:
    """Replace words as one edit; the PDF is made again. Returns the number of the edit.

    Raises InvalidRequest, NotFound if the words are nowhere, Conflict if anything was changed since, NotReady.
    """
    _extend_vocabulary(author.vocabulary or "", sent)
    actions.load_recap(recording)
    places = _find_places(recording, sent, edits.get_edits(recording.id))
    if not places:
        raise NotFound("These words were not found.", "Numbers are found as they were said, not in digits.")
    payload = {**sent.replacement.to_plain(), "places": len(places)}
    number = edits.replace_words(recording.id, author.id, payload, sent.seen, utc_now())
    if sent.always:
        users.change_vocabulary(author.id, lambda vocabulary: _extend_vocabulary(vocabulary, sent))
    notifications.notify("cpu")
    return number


def serialize_preview(found: Preview) -> dict[str, Any]:
    """A preview for the API."""
    return {"count": found.count, **asdict(found)}


def _find_places(recording: Recording, sent: ReplaceInput, known: Sequence[Edit]) -> list[Place]:
    unedited = recaps.load_unedited(recording.id)
    if unedited is None:
        raise NotFound("The file of this recap is missing.", "Write the recap again to recreate it.")
    return list(list_places(apply(unedited, known), sent.replacement))


def _extend_vocabulary(vocabulary: str, sent: ReplaceInput) -> str:
    """A vocabulary with the replacement, as it is if that is only for this recap. Raises InvalidRequest."""
    if not sent.always:
        return vocabulary
    try:
        known = parse_vocabulary(vocabulary)
        return format_vocabulary(add_entry(known, Entry(sent.replace, sent.find)))
    except InvalidVocabulary as error:
        message = "This cannot be added to your names and terms."
        raise InvalidRequest(message, f"{error.message} {error.hint}", field="always") from error


def _make_preview(shown: Recap, places: Sequence[Place], last: int) -> Preview:
    heard = [place for place in places if place.segment is not None]
    written = [place for place in places if place.point is not None]
    first = list(islice(heard, PLACES_SHOWN // 2)) + list(islice(written, PLACES_SHOWN // 2))
    names = {name_number(one.id): one.name for one in shown.transcript.speakers}
    return Preview(last, len(heard), len(written), tuple(_make_view(place, names) for place in first))


def _make_view(place: Place, names: dict[str, str]) -> PlaceView:
    text, found = place.text, place.found
    start, end = _begin_context(text, found.start), _end_context(text, found.end)
    return PlaceView(
        segment=place.segment,
        point=place.point,
        start=place.start,
        before=("… " if start else "") + _name(text[start : found.start], names, place),
        found=text[found.start : found.end],
        written=found.write,
        after=_name(text[found.end : end], names, place) + (" …" if end < len(text) else ""),
    )


def _begin_context(text: str, start: int) -> int:
    """Where the words before a place begin: at a space, where there is one."""
    first = start - _CONTEXT
    return 0 if first <= 0 else space + 1 if (space := text.find(" ", first, start - 1)) >= 0 else first


def _end_context(text: str, end: int) -> int:
    """Where the words after a place end."""
    last = end + _CONTEXT
    return len(text) if last >= len(text) else space if (space := text.rfind(" ", end + 1, last)) >= 0 else last


def _name(text: str, names: dict[str, str], place: Place) -> str:
    """A text around a place with the names that people gave to the speakers; what was said stays."""
    return text if place.segment else replace_names(text, names)
