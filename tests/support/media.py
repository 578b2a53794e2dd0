"""Recordings made on the spot, good and bad ones, so that the tests need neither ffmpeg nor large files."""

from __future__ import annotations

import random
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # shape (channels, samples), -1..1

# What a recorder may hand over: file suffix, libavformat's muxer, codec, rate in Hz.
KINDS = {
    "wav": ("wav", "pcm_s16le", 16000),
    "mp3": ("mp3", "libmp3lame", 44100),
    "m4a": ("ipod", "aac", 44100),
    "aac": ("adts", "aac", 44100),
    "ogg": ("ogg", "libopus", 48000),
    "opus": ("ogg", "libopus", 48000),
    "flac": ("flac", "flac", 44100),
    "webm": ("webm", "libopus", 48000),
    "mp4": ("mp4", "aac", 48000),
    "mov": ("mov", "alac", 44100),
    "mkv": ("matroska", "pcm_s16le", 16000),
    "wma": ("asf", "wmav2", 44100),
    "aiff": ("aiff", "pcm_s16be", 44100),
    "amr": ("amr", "libopencore_amrnb", 8000),
    "3gp": ("3gp", "libopencore_amrnb", 8000),
    "3g2": ("3g2", "aac", 44100),
    "mp2": ("mp2", "mp2", 44100),
    "avi": ("avi", "libmp3lame", 44100),
    "flv": ("flv", "libmp3lame", 44100),
    "mts": ("mpegts", "ac3", 48000),
    "ts": ("mpegts", "mp2", 48000),
    "mpg": ("mpeg", "mp2", 48000),
    "vob": ("vob", "ac3", 48000),
    "mxf": ("mxf_opatom", "pcm_s16le", 48000),
    "caf": ("caf", "pcm_s16be", 16000),
    "caf of ALAC": ("caf", "alac", 44100),
    "au": ("au", "pcm_mulaw", 8000),
    "w64": ("w64", "pcm_s16le", 16000),
    "wv": ("wv", "wavpack", 44100),
    "tta": ("tta", "tta", 44100),
    "ac3": ("ac3", "ac3", 48000),
    "eac3": ("eac3", "eac3", 48000),
    "voc": ("voc", "pcm_s16le", 16000),
}


def tone(seconds: float, rate: int, channels: int = 1, hertz: float = 440.0) -> Samples:
    """A sine at half of full scale."""
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.tile(wave.astype(np.float32), (channels, 1))


def write(
    path: Path, kind: str, seconds: float = 2.0, *, picture: bool = False, sound: bool = True, index_first: bool = False
) -> Path:
    """A tone of `seconds` in a container and codec of KINDS, beside a small moving picture if asked for."""
    muxer, codec, rate = KINDS[kind]
    options = {"movflags": "faststart"} if index_first else {}
    with av.open(str(path), "w", format=muxer, options=options) as container:
        if picture:
            video = container.add_stream("libvpx" if kind == "webm" else "mpeg4", rate=5, width=64, height=64)
            video.pix_fmt = "yuv420p"
        if sound:
            audio = container.add_stream(codec, rate=rate, layout="mono")
            audio.bit_rate = 12200 if kind in ("amr", "3gp") else 64000
        if picture:
            for number in range(round(seconds * 5)):
                frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number % 200, dtype=np.uint8), format="rgb24")
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        if sound:
            frame = av.AudioFrame.from_ndarray(tone(seconds, rate), format="fltp", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
            for block in resampled(frame, audio):
                container.mux(audio.encode(block))
            container.mux(audio.encode(None))
    return path


def resampled(frame: av.AudioFrame, audio: av.AudioStream) -> list[av.AudioFrame]:
    """The frame in the sample format and the frame size that the encoder of `audio` takes."""
    size = audio.codec_context.frame_size or 1024
    resampler = av.AudioResampler(audio.codec_context.format, "mono", frame.sample_rate, frame_size=size)
    return [*resampler.resample(frame), *resampler.resample(None)]


def wav(samples: Samples, rate: int = 16000, *, size: int | None = None) -> bytes:
    """A WAV file of float32; `size` is what its data chunk claims to have, in bytes."""
    channels, data = len(samples), samples.T.astype("<f4").tobytes()
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 3, channels, rate, rate * channels * 4, channels * 4, 32)
    body = b"WAVE" + fmt + struct.pack("<4sI", b"data", len(data) if size is None else size) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def silent_wav(path: Path, seconds: int) -> Path:
    """Silence of any length, 16 kHz and 16 bits, as a file with a hole: it takes no room on disk."""
    size = seconds * 32000
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16)
    head = struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + fmt + struct.pack("<4sI", b"data", size)
    path.write_bytes(head)
    with path.open("r+b") as file:
        file.truncate(len(head) + size)
    return path


def with_gap(path: Path, before: float, gap: float, after: float) -> Path:
    """A Matroska file whose timestamps jump ahead by `gap` seconds in the middle of a tone."""
    with av.open(str(path), "w", format="matroska") as container:
        audio = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        for start, seconds in ((0.0, before), (before + gap, after)):
            for at in range(0, round(seconds * 16000), 1600):
                pcm = (tone(0.1, 16000) * 32767).astype(np.int16)
                frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
                frame.sample_rate, frame.time_base = 16000, Fraction(1, 16000)
                frame.pts = round(start * 16000) + at
                container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path


def endless_opus(hours: float, claimed_seconds: float | None = None) -> bytes:
    """Many hours of silence in a few megabytes of Ogg Opus; the last page may claim that it was far less.

    A packet is two bytes: six empty frames of 20 ms (RFC 6716, section 3.2.5). An Ogg page takes up to 255 packets
    (RFC 3533, section 6); its position counts samples at 48 kHz (RFC 7845, section 4).
    """
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<II", 0, 0)
    pages = [_ogg_page([head], 0, 0, 2), _ogg_page([tags], 0, 1, 0)]
    count = round(hours * 3600 / (255 * 0.12))
    for number in range(count):
        last = number == count - 1
        position = (number + 1) * 255 * 5760
        if last and claimed_seconds is not None:
            position = round(claimed_seconds * 48000)
        pages.append(_ogg_page([b"\xfb\x06"] * 255, position, number + 2, 4 if last else 0))
    return b"".join(pages)


def _ogg_page(packets: list[bytes], position: int, number: int, flags: int) -> bytes:
    start = struct.pack("<4sBBqII", b"OggS", 0, flags, position, 1, number)
    rest = bytes([len(packets), *map(len, packets)]) + b"".join(packets)
    return start + struct.pack("<I", _ogg_checksum(start + bytes(4) + rest)) + rest


_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def _ogg_checksum(page: bytes) -> int:
    """Ogg's CRC is zlib's with the bits of each byte mirrored and no inversion (RFC 3533, section 6)."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def without_index(mp4: bytes) -> bytes:
    """An MP4 as a recorder leaves it that lost power: everything up to the `moov` box at its end."""
    at = mp4.index(b"moov") - 4
    assert at > mp4.index(b"mdat")
    return mp4[:at]


def mutate(data: bytes, seed: int) -> bytes:
    """A damaged copy of `data`, the same for the same seed.

    One to eight of: bits flipped, numbers overwritten with extreme ones, a span removed, doubled, zeroed, replaced by
    noise or moved, the end cut off. Half of the places lie in the first 4096 bytes, where headers are.
    """
    chance, file = random.Random(seed), bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if not file:
            break
        at = chance.randrange(min(len(file), 4096) if chance.random() < 0.5 else len(file))
        span = chance.choice((1, 4, 16, 256, 4096))
        match chance.randrange(8):
            case 0:
                file[at] ^= 1 << chance.randrange(8)
            case 1:
                extreme = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\x00\x00\x00\x80", b"\x00\x01"))
                file[at : at + len(extreme)] = extreme
            case 2:
                del file[at : at + span]
            case 3:
                file[at:at] = file[at : at + span]
            case 4:
                file[at : at + span] = bytes(len(file[at : at + span]))
            case 5:
                file[at : at + span] = chance.randbytes(span)
            case 6:
                piece = file[at : at + span]
                del file[at : at + span]
                to = chance.randint(0, len(file))
                file[to:to] = piece
            case _:
                del file[max(at, 16) :]
    return bytes(file)
