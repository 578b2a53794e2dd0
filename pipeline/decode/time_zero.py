"""Where a player's clock starts: at the first picture or sound of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from pipeline.decode.container import is_cover, open_container
from pipeline.decode.part import Part

if TYPE_CHECKING:
    from av.container import InputContainer

FIRST_PACKETS = 16  # of a stream, among which the earliest one is: pictures are stored out of order
MOST_PACKETS = 4000


def time_zero(container: InputContainer, part: Part) -> float:
    """The time of the earliest picture or sound, in seconds of the file's timestamps.

    The pictures' time is taken from their packets: libavformat cannot tell it of H.264 that it may not decode.
    """
    pictures = {track.index for track in container.streams.video if not is_cover(track)}
    times = first_times(part, pictures) if pictures else []
    for track in container.streams.audio:
        if track.start_time is not None and track.time_base is not None:
            times.append(float(track.start_time * track.time_base))
    return min(times, default=(container.start_time or 0) / 1e6)


def first_times(part: Part, wanted: set[int]) -> list[float]:
    """The times of the first packets of these streams, in seconds, read from a copy of the container."""
    left = dict.fromkeys(wanted, FIRST_PACKETS)
    times: list[float] = []
    with open_container(part.slice(0, part.length, part.patches)) as container:
        try:
            for number, packet in enumerate(container.demux()):
                if not left or number > MOST_PACKETS:
                    break
                stamp = packet.dts if packet.pts is None else packet.pts
                if packet.stream_index not in left or packet.is_discard or stamp is None or packet.time_base is None:
                    continue
                times.append(float(stamp * packet.time_base))
                left[packet.stream_index] -= 1
                if not left[packet.stream_index]:
                    del left[packet.stream_index]
        except av.FFmpegError:
            return times
    return times
