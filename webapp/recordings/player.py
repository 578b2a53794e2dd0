"""The player of a recording: its sound as a response in ranges, and what its page needs to show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Response, current_app, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.utils import send_file

from core.database.tables import Recording
from core.recordings.playback import find_sound, load_peaks
from pipeline.catalogue import PLAYBACK_SUFFIX
from pipeline.render.exports.file_name import make_file_name
from webapp import errors

MEDIA_TYPE = "audio/mp4"
#: The most that a player gets at a time, in bytes. It asks for the rest of the file, reads some and waits: its
#: connection would keep a thread for as long. This much is sent at once.
MOST_AT_A_TIME = 1024**2


@dataclass(frozen=True, slots=True)
class PlayerView:
    """What the page shows of a recording's sound: its length in seconds, and the bars of its waveform, 0 to 100."""

    seconds: float
    peaks: tuple[int, ...]


def find_player(recording: Recording, seconds: float) -> PlayerView | None:
    """The player of a recording of this length, None if there is no sound to play."""
    return PlayerView(seconds, load_peaks(recording.id)) if find_sound(recording.id) else None


def send_sound(recording: Recording, most: int | None = None) -> Response:
    """The sound of a recording, or the range of it that was asked for; at most `most` bytes of an open-ended range.

    Raises NotFound, and RequestedRangeNotSatisfiable for a range behind the end.
    """
    path = find_sound(recording.id)
    if path is None:
        raise errors.NotFound("This recording has no sound to play.", "It is made when a recording is processed.")
    environ = dict(request.environ)
    if most is not None:
        environ |= _shorten_range(path, most)
    sent = send_file(
        path,
        environ,
        MEDIA_TYPE,
        download_name=make_file_name(recording.title) + PLAYBACK_SUFFIX,
        conditional=False,
        etag=path.stem,
        response_class=current_app.response_class,
    )
    response = cast(Response, sent)
    del response.headers["Last-Modified"]  # that is when it was last used; players take a new one for a new file
    response.headers["Cache-Control"] = "private, no-store"
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=response.content_length)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response


def _shorten_range(path: Path, most: int) -> dict[str, str]:
    """The header of a range with an end in place of one without."""
    asked = request.range
    if asked is None or len(asked.ranges) != 1:
        return {}
    start, end = asked.ranges[0]
    if end is not None or start < 0 or start + most >= path.stat().st_size:
        return {}
    return {"HTTP_RANGE": f"bytes={start}-{start + most - 1}"}
