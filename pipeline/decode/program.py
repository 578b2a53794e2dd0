"""The main function of the child: one process reads one file, with nothing in reach but that file.

Standard input is the upload, descriptor `output` of the arguments the file for the samples, standard output carries
JSON lines:

    {"ready": true}                      the imports are done and the limits are set
    {"progress": 0.25}                   a share of the file, 0 to 1
    {"error": "too_long"}                the end: one of the reasons of `DecodeRefused`; "fault" if it was unexpected
    {"result": {"samples": 160000, ...}} the end: the result, with the fields of `pipeline.audio.AudioInfo`

These lines never contain text from the file.
"""

from __future__ import annotations

import io
import json
import os
import struct
import time
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import av
import av.logging
from av.stream import Discard

from pipeline.decode.container import declared_length, find_audio_stream, lacks_index, open_container, start_time
from pipeline.decode.resampling import Resampler, SampleWriter, Timeline
from pipeline.decode.sandbox import DecodeArguments, DecodeRefused, confine

if TYPE_CHECKING:
    from av import Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer

BAD_PACKETS = 10  # a file with at least this many bad packets, and more than good ones, is refused
READ_ERRORS = 100  # this many failed reads in a row count as the end of the file
PROGRESS_SECONDS = 0.2
SHORTEST_SECONDS = 0.1


def main(arguments: DecodeArguments) -> None:
    """Decode standard input under the limits and report on standard output."""
    av.logging.set_level(None)  # messages of libav must not reach a log: they can quote the file
    av.logging.set_libav_level(av.logging.PANIC)
    warm_up()
    confine(arguments)
    report(ready=True)
    try:
        report(result=decode(arguments))
    except DecodeRefused as refused:
        report(error=str(refused))
    except MemoryError:
        report(error="memory")
    except Exception as error:  # a damaged file can cause anything; the message may quote it
        place = traceback.extract_tb(error.__traceback__)[-1]
        report(error="damaged", fault=f"{type(error).__name__} at {os.path.basename(place.filename)}:{place.lineno}")


def report(**line: Any) -> None:
    """Write one JSON line to the parent. If the parent has gone, the write fails and ends this process too."""
    os.write(1, json.dumps(line).encode() + b"\n")


def warm_up() -> None:
    """Decode a tenth of a second of silence, because PyAV and numpy load some of their files at first use."""
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 8000, 32000, 4, 16)
    body = b"WAVE" + fmt + struct.pack("<4sI", b"data", 3200) + bytes(3200)
    with av.open(io.BytesIO(struct.pack("<4sI", b"RIFF", len(body)) + body), "r") as container:
        for frame in container.decode(audio=0):
            resampler = Resampler(frame, 16000)
            list(resampler.convert(frame))
            list(resampler.convert(None))


def decode(arguments: DecodeArguments) -> dict[str, Any]:
    """Decode the file's main audio track to descriptor `OUTPUT`; returns the fields of the result."""
    with open_container() as container:
        stream = find_audio_stream(container)
        name = container.format.name.split(",")[0]
        has_video = any(s.type == "video" and not s.disposition & s.disposition.attached_pic for s in container.streams)
        length = declared_length(container, stream)
        if length is not None and length > arguments.max_seconds + 1:
            raise DecodeRefused("too_long")
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        writer = SampleWriter(arguments.rate, arguments.max_seconds)
        read(container, stream, Timeline(writer, start_time(container), length))
        truncated = length is not None and length - writer.seconds > max(1.0, 0.01 * length)
        if writer.seconds < SHORTEST_SECONDS:
            raise DecodeRefused(
                "cut_off" if truncated or lacks_index() else "too_short" if writer.samples else "no_audio"
            )
        return {
            "samples": writer.samples,
            "container": name,
            "codec": stream.codec_context.codec.canonical_name,
            "sample_rate": stream.sample_rate,
            "channels": stream.channels,
            "has_video": has_video,
            "declared_seconds": length,
            "truncated": truncated,
        }


def read(container: InputContainer, stream: AudioStream, timeline: Timeline) -> None:
    """Decode every packet of `stream` into `timeline`, skipping damaged ones; report the progress."""
    size, good, bad, reported = os.fstat(0).st_size, 0, 0, time.monotonic()
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
        if time.monotonic() - reported >= PROGRESS_SECONDS:
            reported = time.monotonic()
            length = timeline.length
            report(progress=min(1.0, timeline.writer.seconds / length if length else (packet.pos or 0) / size))
    timeline.finish()
    if bad and not timeline.writer.samples:
        raise DecodeRefused("damaged")


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
