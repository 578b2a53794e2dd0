"""The names that users give to the speakers of a recording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from core.clock import utc_now
from core.database.tables import Recording
from core.queue import notifications
from core.recordings import recaps
from core.recordings.speaker_names import MAX_NAME, set_names
from webapp import validation
from webapp.errors import InvalidRequest, not_ready

Names = dict[str, Annotated[str, Field(max_length=MAX_NAME)]]
_names: TypeAdapter[Names] = TypeAdapter(Names)


def read_form(form: Mapping[str, str]) -> Names:
    """The names of a form, by speaker ID. Raises InvalidRequest."""
    try:
        return _names.validate_python(validation.fields_of(form))
    except ValidationError as error:
        raise _make_error(error) from error


def read_json(body: bytes) -> Names:
    """The names of a JSON body, by speaker ID. Raises InvalidRequest."""
    try:
        return _names.validate_python(validation.read_json(body))
    except ValidationError as error:
        raise _make_error(error) from error


def _make_error(error: ValidationError) -> InvalidRequest:
    location = error.errors()[0]["loc"]
    if not location:
        return InvalidRequest("The body is not a JSON object of names.", 'Send one such as {"S1": "Anna"}.')
    return InvalidRequest(
        "This name is invalid.", f"Use a text of at most {MAX_NAME} characters.", field=str(location[0])
    )


def save_names(recording: Recording, names: Names) -> None:
    """Save names by speaker ID; an empty name removes the saved one. The PDF is made again.

    Raises NotReady if the speakers are unknown, and InvalidRequest if there is no such speaker.
    """
    recap = recaps.load_recap(recording.id)
    if recap is None:
        raise not_ready(recording, "The speakers are not known yet.")
    speaker_ids = {speaker.id for speaker in recap.transcript.speakers}
    for speaker_id in names:
        if speaker_id not in speaker_ids:
            known = ", ".join(sorted(speaker_ids)) or "none"
            raise InvalidRequest(f"There is no speaker {speaker_id[:16]!r}.", f"The speakers are: {known}.")
    set_names(recording.id, names, utc_now())
    notifications.notify("cpu")
