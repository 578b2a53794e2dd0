"""Opens the upload on standard input and finds its audio stream."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import av

from pipeline.decode.sandbox import DecodeRefused

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# Containers by the names of libavformat's demuxers. None of these opens a second file; playlists (hls, concat, dash,
# ...) do, so only a list of allowed containers is safe.
FORMATS = ("wav", "mp3", "mov", "aac", "ogg", "flac", "matroska", "webm", "asf", "aiff", "amr")

# Audio only: with this list libavformat does not even start a video decoder to determine the size of a picture.
CODECS = (
    "aac aac_fixed aac_latm ac3 eac3 alac flac opus libopus vorbis speex mp1 mp1float mp2 mp2float mp3 mp3float "
    "wmav1 wmav2 wmapro wmalossless wmavoice amrnb amrwb libopencore_amrnb libopencore_amrwb gsm gsm_ms "
    "g722 g723_1 g726 g726le g729 truespeech qcelp evrc adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_yamaha "
    "pcm_alaw pcm_mulaw pcm_u8 pcm_s8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be "
    "pcm_f32le pcm_f32be pcm_f64le pcm_f64be"
).split()

ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
LENGTH_TAG = re.compile(r"(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,9})?)$")  # as Matroska stores it for a track


def open_container() -> InputContainer:
    """Open standard input by its content alone: its name and extension are not known here."""
    options = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "fd", "codec_whitelist": ",".join(CODECS)}
    try:
        container: InputContainer = av.open("fd:", "r", options=options, metadata_errors="replace")
        return container
    except av.error.MemoryError as error:
        raise DecodeRefused("memory") from error
    except (av.FFmpegError, ValueError) as error:
        raise DecodeRefused("cut_off" if lacks_index() else "unreadable") from error


def lacks_index() -> bool:
    """Whether the input is an MP4 or MOV file without its `moov` box, which recorders write last.

    Source: ISO/IEC 14496-12, section 4.2: a box is its size (32 bits, or 64 when that is 1), its type, its content.
    """
    end, at = os.fstat(0).st_size, 0
    kinds: list[bytes] = []
    while at + 8 <= end and len(kinds) < 1000:
        head = os.pread(0, 16, at)
        size, kind = int.from_bytes(head[:4]), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16])
        elif size == 0:
            size = end - at
        if kind == b"moov" and at + size <= end:
            return False
        kinds.append(kind)
        if size < 8:
            break
        at += size
    return kinds[:1] == [b"ftyp"]


def find_audio_stream(container: InputContainer) -> AudioStream:
    """The track that libavformat considers the main one: by its default flag, then by bit rate."""
    tracks, best = container.streams.audio, container.streams.best("audio")
    if not tracks:
        raise DecodeRefused("cut_off" if lacks_index() else "no_audio")
    stream = next((track for track in tracks if best is not None and track.index == best.index), tracks[0])
    if stream.codec_context is None or stream.codec_context.codec.name not in CODECS:
        raise DecodeRefused("codec")
    return stream


def declared_length(container: InputContainer, stream: AudioStream) -> float | None:
    """When the audio ends, in seconds from `start_time`; None if the file does not say and libavformat would guess."""
    name = container.format.name
    tag = LENGTH_TAG.match(stream.metadata.get("DURATION", ""))
    if name == "wav":
        return wav_length()
    if name == "asf":
        return asf_length()
    if name in ("aac", "amr") or (name == "mp3" and not stream.start_time):
        return None  # an MP3 that does not start at 0 has a Xing header: the encoder's delay and the number of frames
    if stream.duration is not None and stream.time_base is not None:
        begin = (stream.start_time or 0) * stream.time_base
        seconds = float(begin + stream.duration * stream.time_base) - start_time(container)
    elif tag:
        hours, minutes, rest = tag.groups()
        seconds = int(hours) * 3600 + int(minutes) * 60 + float(rest) - start_time(container)
    elif container.streams.video:
        return None  # the length of the longest track, which may be the picture
    else:
        seconds = (container.duration or 0) / 1e6
    return seconds if seconds > 0 else None


def wav_length() -> float | None:
    """The length in seconds that a WAV header announces; None if the recorder did not know it when it wrote the header.

    libavformat cuts the length to the file's size, which would hide that a file is cut off. Recorders that stream write
    0 or a value of at least 2^31 - 2^16 in the size of the `data` chunk.
    """
    end, at, bytes_per_second = os.fstat(0).st_size, 12, 0
    for _ in range(1000):
        head = os.pread(0, 20, at)
        kind, size = head[:4], int.from_bytes(head[4:8], "little")
        if at + 8 > end:
            return None
        if kind == b"fmt ":
            bytes_per_second = int.from_bytes(head[16:20], "little")
        elif kind == b"data":
            known = bytes_per_second > 0 and 0 < size < 2**31 - 2**16
            return size / bytes_per_second if known else None
        at += 8 + size + size % 2
    return None


def asf_length() -> float | None:
    """The length in seconds that an ASF (WMA) header announces; libavformat ignores it if the file's size differs.

    Source: Advanced Systems Format Specification, section 3.2: after the object's GUID come, at these offsets, the
    play duration in units of 100 ns (64), the preroll in milliseconds (80), and flags (88) whose first bit says that
    the file was broadcast, with no length known.
    """
    head = os.pread(0, 65536, 0)
    at = head.find(ASF_FILE_PROPERTIES)
    if at < 0 or at + 92 > len(head) or head[at + 88] & 1:
        return None
    duration, preroll = (int.from_bytes(head[at + here : at + here + 8], "little") for here in (64, 80))
    seconds = duration / 1e7 - preroll / 1e3
    return seconds if seconds > 0 else None


def start_time(container: InputContainer) -> float:
    """The time of the file's first picture or sound, in seconds: where a player's clock starts."""
    return (container.start_time or 0) / 1e6
