"""Keeps the samples of channels or tracks that carry a person each, while an upload is decoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.channels.detect import find_separate, find_speaking
from pipeline.channels.line import GAP, Interleaved, write_line
from pipeline.decode.files import storage_errors
from pipeline.decode.track_files import DecodedTrack, SampleFile, TrackFiles
from pipeline.samples import SAMPLE_BYTES
from pipeline.separate_channels import Channels, Separate
from pipeline.track_mix import HeardTrack, hear_track

MOST_CHANNELS = 8  # with more, a track is only mixed


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept, and the file with it: a `pipeline.channels.line.Line`."""

    separate: Separate
    file: SampleFile


def keep_apart(
    files: TrackFiles, decoded: Sequence[DecodedTrack], heard: Sequence[HeardTrack], wanted: str | None
) -> Kept | None:
    """Keep the tracks `heard`, or if there are none, the channels of the one that was decoded.

    `wanted` is one of `Channels`, None: find out. Returns None where voices are not separate. Channels are decoded
    again, but only where their mixing showed that they differ, or if it is asked for. Raises StorageFull,
    InternalError.
    """
    if wanted == Channels.MIX:
        return None
    unit, numbers = "track", [track.number for track in decoded]
    if not heard:
        heard = _hear_channels(files, decoded[0], wanted)
        unit, numbers = "channel", list(range(1, len(heard) + 1))
    chosen = find_separate(heard, files.checkpoint)
    if not chosen and wanted == Channels.SEPARATE:
        chosen = find_speaking(heard)
    if not chosen:
        return None
    samples = [heard[index].samples for index in chosen]
    length = max(len(each.samples) for each in heard)
    files.limits.make_room(len(samples) * (length + GAP) * SAMPLE_BYTES)
    file = files.new_file()
    with storage_errors():
        write_line(samples, length, file.descriptor, files.checkpoint)
    return Kept(Separate(unit, tuple(numbers[index] for index in chosen)), file)


def _hear_channels(files: TrackFiles, track: DecodedTrack, wanted: str | None) -> list[HeardTrack]:
    width = track.info.channels
    if not 2 <= width <= MOST_CHANNELS or not (track.is_contrasted or wanted == Channels.SEPARATE):
        return []
    file = files.decode_apart(track)
    if file is None:
        return []
    return [hear_track(Interleaved(file.path, width, channel), files.checkpoint) for channel in range(width)]
