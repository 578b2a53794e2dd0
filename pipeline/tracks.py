"""The sound tracks of a file: what each was used for, and what a reader of the recap is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.recap import Notice

MOST_TRACKS = 8  # of a file, that are listened to; a choice of another one is possible


class TrackUse(StrEnum):
    """Whether a track is in the recap, or why not."""

    USED = "used"
    SAME = "same"
    NO_SPEECH = "no_speech"
    UNREADABLE = "unreadable"
    NOT_CHOSEN = "not_chosen"


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A sound track, by its number in the file from 1 on; `codec` is libavcodec's name, None if it knows none."""

    number: int
    codec: str | None
    use: TrackUse


_REASONS = {
    TrackUse.SAME: ("has the same sound", "have the same sound"),
    TrackUse.NO_SPEECH: ("has no speech", "have no speech"),
    TrackUse.UNREADABLE: ("cannot be read", "cannot be read"),
    TrackUse.NOT_CHOSEN: ("was not chosen", "were not chosen"),
}


def tracks_notice(tracks: Sequence[SoundTrack]) -> Notice | None:
    """The notice that names the tracks a recap was made of; None for a file with one track."""
    if len(tracks) < 2:
        return None
    used = _numbers(tracks, TrackUse.USED)
    message = f"Of {len(tracks)} sound tracks, {_name(used)} {'was' if len(used) == 1 else 'were'} used."
    for use, (one, several) in _REASONS.items():
        numbers = _numbers(tracks, use)
        if numbers:
            name = _name(numbers)
            message += f" {name[0].upper()}{name[1:]} {one if len(numbers) == 1 else several}."
    return Notice("sound_tracks", message, "To use others, upload the file again and choose a sound track.")


def _numbers(tracks: Sequence[SoundTrack], use: TrackUse) -> list[int]:
    return [track.number for track in tracks if track.use is use]


def _name(numbers: Sequence[int]) -> str:
    """Such as: track 1; tracks 1, 2 and 4."""
    *most, last = map(str, numbers)
    return f"tracks {', '.join(most)} and {last}" if most else f"track {last}"
