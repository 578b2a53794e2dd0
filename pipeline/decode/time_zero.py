"""Where a player's clock starts: at the first picture or sound of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from pipeline.decode.container import is_cover, open_container
from pipeline.decode.part import Part

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

FIRST_PACKETS = 16  # of a stream, among which the earliest one is: pictures are stored out of order
MOST_PACKETS = 4000


def time_zero(container: InputContainer, part: Part) -> float:
    """The time of the earliest picture or sound, in seconds of the file's timestamps."""
    tracks = [track for track in container.streams if track.type in ("audio", "video") and not is_cover(track)]
    known = [float(track.start_time * track.time_base) for track in tracks if is_timed(track)]
    unknown = {track.index for track in tracks if track.type == "video" and not is_timed(track)}
    # libavformat does not tell when H.264 begins unless it may decode it.
    times = known + (first_times(part, unknown) if unknown else [])
    return min(times, default=(container.start_time or 0) / 1e6)


def is_timed(track: Stream) -> bool:
    return track.start_time is not None and track.time_base is not None


def first_times(part: Part, wanted: set[int]) -> list[float]:
    """The times of the first packets of these streams, in seconds, read from a copy of the container."""
    left = dict.fromkeys(wanted, FIRST_PACKETS)
    times: list[float] = []
    with open_container(Part(part.start, part.start + part.length, part.patches)) as container:
        try:
            for number, packet in enumerate(container.demux()):
                if not left or number > MOST_PACKETS:
                    break
                stamp = packet.dts if packet.pts is None else packet.pts
                if packet.stream_index not in left or stamp is None or packet.time_base is None:
                    continue
                times.append(float(stamp * packet.time_base))
                left[packet.stream_index] -= 1
                if not left[packet.stream_index]:
                    del left[packet.stream_index]
        except av.FFmpegError:
            return times
    return times
