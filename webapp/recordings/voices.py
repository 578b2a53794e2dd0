"""What people call the speakers of a recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, redirect, request, url_for
from flask_login import login_required

from core.clock import utc_now
from core.database.tables import Recording
from core.queue import notifications
from core.recordings import recaps, speaker_names
from webapp import errors
from webapp.auth import sessions
from webapp.recordings import actions
from webapp.recordings.document import Document
from webapp.recordings.tiles import Tile

voices = Blueprint("voices", __name__, url_prefix="/recordings/<recording_id>/speakers")


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker to be named: the name `given` so far, "" for none, and where to listen."""

    id: str
    tile: Tile
    numbered: str
    given: str
    share: int
    first: float
    anchor: str


def look(document: Document) -> list[Voice]:
    """The speakers of a recap, in order of their first word; `share` is that of all time spoken, in per cent."""
    together = sum(tile.seconds for tile in document.speakers) or 1.0
    found = []
    for number, (speaker, tile) in enumerate(
        zip(document.recap.transcript.speakers, document.speakers, strict=True), 1
    ):
        numbered = f"Speaker {number}"
        turn = next((turn for turn in document.turns if turn.speaker == tile), None)
        found.append(
            Voice(
                id=speaker.id,
                tile=tile,
                numbered=numbered,
                given="" if speaker.name == numbered else speaker.name,
                share=round(100 * tile.seconds / together),
                first=turn.start if turn else 0.0,
                anchor=turn.anchor if turn else "",
            )
        )
    return found


def give_names(recording: Recording, names: Mapping[str, object]) -> None:
    """Keep names by speaker id, an empty one to forget it.

    Raises NotReady, and InvalidRequest where a name is too long or there is no such speaker.
    """
    recap = recaps.load_recap(recording.id)
    if recap is None:
        raise errors.not_ready(recording, "The speakers are not known yet.")
    known = {speaker.id for speaker in recap.transcript.speakers}
    given: dict[str, str] = {}
    for speaker_id, name in names.items():
        if speaker_id not in known:
            told = ", ".join(sorted(known)) or "none"
            raise errors.InvalidRequest(f"There is no speaker {speaker_id[:16]!r}.", f"There are: {told}.")
        if not isinstance(name, str) or len(name) > speaker_names.MAX_NAME:
            raise errors.InvalidRequest(
                "This name does not fit.",
                f"Give a text of at most {speaker_names.MAX_NAME} characters.",
                field=speaker_id,
            )
        given[speaker_id] = name
    speaker_names.give_names(recording.id, given, utc_now())
    notifications.notify("cpu")


@voices.post("")
@login_required
def name(recording_id: str) -> Response:
    """Keep the names of the form."""
    found = actions.find(recording_id, sessions.me())
    give_names(found, {field: value for field, value in request.form.items() if field != "csrf_token"})
    return cast(Response, redirect(url_for("recordings.show", recording_id=found.id) + "#voices", 303))
