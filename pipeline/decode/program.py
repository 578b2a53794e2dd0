"""The main function of the child: one process reads one file, with nothing in reach but that file.

Standard input is the upload, descriptor `output` of the arguments the file for the samples, standard output carries
JSON lines:

    {"ready": true}                      the imports are done and the limits are set
    {"tracks": [{"codec": "aac", ...}]}  the sound tracks of a recording in it, see `list_tracks`
    {"expected": 3600.0}                 the seconds that will be written for a recording, if that is known
    {"progress": 0.25}                   a share of the file, 0 to 1
    {"error": "too_long"}                the end: a reason of `DecodeRefused`; "codec" if known, "fault" if unexpected
    {"result": {"samples": 160000, ...}} the end: the result, with the fields of `pipeline.audio.AudioInfo`, and
                                         whether the channels may carry different people (`is_contrasted`)

These lines never contain text from the file.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import pkgutil
import struct
import time
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import av
import av.logging
from av.stream import Discard

from pipeline.decode.boxes import lacks_index
from pipeline.decode.channel_mix import ChannelMixer
from pipeline.decode.container import has_picture, open_container
from pipeline.decode.declared import read_declared
from pipeline.decode.formats import WITHOUT_TIMES
from pipeline.decode.part import Part, whole
from pipeline.decode.recordings import recordings_in
from pipeline.decode.resampling import Resampler, SampleWriter, Timeline, check_sound
from pipeline.decode.sandbox import DecodeArguments, DecodeRefused, confine
from pipeline.decode.time_zero import time_zero
from pipeline.decode.tracks import find_track, list_tracks

if TYPE_CHECKING:
    from av import Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer

BAD_PACKETS = 10  # a file with at least this many bad packets, and more than good ones, is refused
READ_ERRORS = 100  # this many failed reads in a row count as the end of the file
PROGRESS_SECONDS = 0.2
SHORTEST_SECONDS = 0.1
NOT_LOADED = ("av.__main__", "av.datasets")  # a command, and downloads of samples


def main(arguments: DecodeArguments) -> None:
    """Decode standard input under the limits and report on standard output."""
    av.logging.set_level(None)  # messages of libav must not reach a log: they can quote the file
    av.logging.set_libav_level(av.logging.PANIC)
    warm_up()
    upload = whole()
    confine(arguments)
    report(ready=True)
    try:
        report(result=decode(upload, arguments))
    except DecodeRefused as refused:
        report(error=refused.reason, codec=refused.codec)
    except MemoryError:
        report(error="memory")
    except Exception as error:  # a damaged file can cause anything; the message may quote it
        place = traceback.extract_tb(error.__traceback__)[-1]
        report(error="damaged", fault=f"{type(error).__name__} at {os.path.basename(place.filename)}:{place.lineno}")


def report(**line: Any) -> None:
    """Write one JSON line to the parent. If the parent has gone, the write fails and ends this process too."""
    os.write(1, json.dumps(line).encode() + b"\n")


def warm_up() -> None:
    """Import all of PyAV and decode a tenth of a second of silence: later, no file can be opened to load code from."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if module.name not in NOT_LOADED:
            importlib.import_module(module.name)
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 8000, 32000, 4, 16)
    body = b"WAVE" + fmt + struct.pack("<4sI", b"data", 3200) + bytes(3200)
    with av.open(io.BytesIO(struct.pack("<4sI", b"RIFF", len(body)) + body), "r") as container:
        for frame in container.decode(audio=0):
            resampler = Resampler(frame, 16000)
            list(resampler.convert(frame))
            list(resampler.convert(None))


def decode(upload: Part, arguments: DecodeArguments) -> dict[str, Any]:
    """Decode one sound track of the upload to descriptor `OUTPUT`; returns the fields of the result."""
    writer = SampleWriter(arguments.rate, arguments.max_seconds, arguments.width)
    recordings = recordings_in(upload)
    result = decode_recording(recordings[0], writer, upload.length, arguments.track)
    for part in recordings[1:]:
        try:
            more = decode_recording(part, writer, upload.length, arguments.track)
        except DecodeRefused as refused:
            if refused.reason in ("memory", "too_long", "storage_full"):
                raise
            result["truncated"] = True
            continue
        lengths = result["declared_seconds"], more["declared_seconds"]
        result["declared_seconds"] = None if None in lengths else sum(lengths)
        result["truncated"] |= more["truncated"]
        result["is_contrasted"] |= more["is_contrasted"]
    writer.finish()
    if writer.seconds < SHORTEST_SECONDS:
        cut_off = result["truncated"] or lacks_index(upload)
        raise DecodeRefused("cut_off" if cut_off else "too_short" if writer.samples else "no_audio")
    return result | {"samples": writer.samples}


def decode_recording(part: Part, writer: SampleWriter, total: int, track: int | None) -> dict[str, Any]:
    """Append a sound track of one recording of an upload of `total` bytes; returns what is known of it."""
    with open_container(part) as container:
        report(tracks=list_tracks(container))
        stream = find_track(container, part, track)
        stream.codec_context.thread_count = 1  # no other can be started here: the first packet would be lost
        has_video = has_picture(container)
        start = time_zero(container, part)
        declared = read_declared(container, stream, part, start)
        check_sound(stream.sample_rate, stream.channels)
        if (declared.expected or 0.0) > writer.most / writer.rate + 1:
            raise DecodeRefused("too_long")
        if declared.expected:
            report(expected=declared.expected)
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        counted_rate = stream.sample_rate if container.format.name in WITHOUT_TIMES else None
        timeline = Timeline(writer, start, declared.seconds, counted_rate)
        progress = Progress(part.start, part.length, total)
        is_damaged = read(container, stream, timeline, progress)
        return {
            "track": 1 + [each.index for each in container.streams.audio].index(stream.index),
            "container": container.format.name.split(",")[0],
            "codec": stream.codec_context.codec.canonical_name,
            "sample_rate": stream.sample_rate,
            "channels": stream.channels,
            "has_video": has_video,
            "declared_seconds": declared.seconds,
            "is_contrasted": isinstance(timeline.mixer, ChannelMixer) and timeline.mixer.contrast.is_clear,
            "recorded_at": container.metadata.get("creation_time"),
            "truncated": declared.is_cut_off(timeline.written, is_damaged, progress.unread),
        }


class Progress:
    """Reports the progress in one recording as a share of the upload, now and then."""

    def __init__(self, start: int, length: int, total: int) -> None:
        self.start, self.length, self.total = start, length, total
        self.read, self.reported = 0, time.monotonic()

    @property
    def unread(self) -> int:
        """The bytes behind the last packet."""
        return self.length - self.read

    def report(self, timeline: Timeline, packet: Packet[AudioStream]) -> None:
        """Take note of a packet that was read."""
        self.read = max(self.read, (packet.pos or 0) + packet.size)
        if time.monotonic() - self.reported < PROGRESS_SECONDS:
            return
        self.reported = time.monotonic()
        share = timeline.written / timeline.length if timeline.length else self.read / self.length
        report(progress=(self.start + min(1.0, share) * self.length) / self.total)


def read(container: InputContainer, stream: AudioStream, timeline: Timeline, progress: Progress) -> bool:
    """Decode every packet of `stream` into `timeline`; returns whether damaged ones were skipped."""
    good, bad = 0, 0
    for packet in packets(container, stream):
        try:
            for frame in packet.decode():
                timeline.add(frame)
            good += 1
        except av.error.MemoryError as error:
            raise DecodeRefused("memory") from error
        except av.FFmpegError as error:
            bad += 1
            if bad >= BAD_PACKETS and bad > good:
                raise DecodeRefused("damaged") from error
        progress.report(timeline, packet)
    timeline.finish()
    if bad and not timeline.written:
        raise DecodeRefused("damaged")
    return bad > 0


def packets(container: InputContainer, stream: AudioStream) -> Iterator[Packet[AudioStream]]:
    """The packets of `stream`, ending with the empty one that drains the decoder; failed reads are skipped."""
    failures = 0
    while failures < READ_ERRORS:
        try:
            for packet in container.demux(stream):
                failures = 0
                yield packet
            return
        except av.error.MemoryError as error:
            raise DecodeRefused("memory") from error
        except av.FFmpegError:
            failures += 1
