"""Opens a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from pipeline.decode.boxes import lacks_index
from pipeline.decode.chunks import family_of, find_samples
from pipeline.decode.formats import CODECS, CONTAINERS
from pipeline.decode.part import Part
from pipeline.decode.sandbox import DecodeRefused

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream


def open_container(part: Part) -> InputContainer:
    """Open `part` by its content alone: its name and extension are not known here, and no protocol is allowed."""
    options = {
        "format_whitelist": ",".join(CONTAINERS),
        "protocol_whitelist": "none",
        "codec_whitelist": ",".join(CODECS),
    }
    try:
        container = open_with(part, options)
        if hides_all_sound(container):
            container.close()
            container = open_with(part, options | {"advanced_editlist": "0"})
        return container
    except av.error.MemoryError as error:
        raise DecodeRefused("memory") from error
    except (av.FFmpegError, ValueError) as error:
        raise DecodeRefused("cut_off" if is_cut_off(part) else "unreadable") from error


def open_with(part: Part, options: dict[str, str]) -> InputContainer:
    part.seek(0)
    container: InputContainer = av.open(part, "r", options=options, metadata_errors="replace")
    return container


def hides_all_sound(container: InputContainer) -> bool:
    """Whether the edit lists of an MP4 or MOV file show nothing of its sound.

    Some programs write edits of length 0 and mean all that follows, as in fragmented files (ISO/IEC 14496-12, section
    8.6.6); libavformat takes them by the letter, unless it does no more than shift the times.
    """
    tracks = container.streams.audio
    return container.format.name.startswith("mov") and bool(tracks) and all(track.duration == 0 for track in tracks)


def is_cut_off(part: Part) -> bool:
    """Whether it ends before a part that is needed to read it."""
    family = family_of(part)
    samples = find_samples(part, family) if family else None
    return lacks_index(part) or bool(samples and samples.missing)


def has_picture(container: InputContainer) -> bool:
    """Whether there is a moving picture; a cover is none."""
    return any(track.type == "video" and not is_cover(track) for track in container.streams)


def is_cover(track: Stream) -> bool:
    """Whether the track is a single picture that comes with the sound."""
    return bool(track.disposition & track.disposition.attached_pic)
