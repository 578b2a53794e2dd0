"""Lists the sound tracks of a container and finds the one to decode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.decode.boxes import lacks_index
from pipeline.decode.formats import CODECS
from pipeline.decode.part import Part
from pipeline.decode.sandbox import DecodeRefused

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

MOST_LISTED = 32  # of a file; no others are read, and their list fits into one report of the child


def list_tracks(container: InputContainer) -> list[dict[str, Any]]:
    """The codec of each sound track, None if it is unknown, and whether it can be read."""
    tracks = container.streams.audio[:MOST_LISTED]
    return [{"codec": codec_of(track), "is_readable": is_readable(track)} for track in tracks]


def find_track(container: InputContainer, part: Part, number: int | None) -> AudioStream:
    """The sound track of this number, from 1 on; without one the main one of those that are listed and can be read.

    The main one is libavformat's choice: by its default flag, then by bit rate.
    """
    tracks, best = container.streams.audio, container.streams.best("audio")
    if not tracks:
        raise DecodeRefused("cut_off" if lacks_index(part) else "no_audio")
    if number is not None and number > len(tracks):
        raise DecodeRefused("no_track")
    if number is not None:
        found = tracks[number - 1]
    else:
        by_rank = sorted(tracks[:MOST_LISTED], key=lambda track: best is None or track.index != best.index)
        found = next(filter(is_readable, by_rank), by_rank[0])
    if not is_readable(found):
        raise DecodeRefused("codec", codec_of(found))
    return found


def is_readable(track: AudioStream) -> bool:
    """Whether the track's codec is known and allowed."""
    return track.codec_context is not None and track.codec_context.codec.name in CODECS


def codec_of(track: AudioStream) -> str | None:
    """The canonical name of the track's codec; None if libavcodec knows none."""
    return track.codec_context.codec.canonical_name if track.codec_context is not None else None
