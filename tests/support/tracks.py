"""Recordings with other tracks beside the sound: pictures that start elsewhere, subtitles, data, attachments."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from support import media

MILLISECOND = Fraction(1, 1000)
SUBTITLES = {  # a packet of each kind
    "mov_text": b"\0\5hello",
    "subrip": b"hello",
    "ass": b"0,0,Default,,0,0,0,,hello",
    "webvtt": b"hello",
    "hdmv_pgs_subtitle": b"\x80\0\0",
    "dvd_subtitle": b"\0\4\0\2",
    "dvb_subtitle": b"\x20\0\x0f\x10\0\1\0\2\1\2",
}

Add = Callable[[Any], tuple[Any, bytes] | None]  # adds a track to a container; gives it and the content of a packet


def subtitle(codec: str) -> Add:
    return lambda container: (container.add_mux_stream(codec), SUBTITLES[codec])


def data(codec: str) -> Add:
    return lambda container: (container.add_data_stream(codec), b"ID3 or other data")


def attachment(container: Any) -> None:
    container.add_attachment("letters.ttf", "font/ttf", b"no font")


def timecode(container: Any) -> None:
    """QuickTime's track of time codes, which its muxer adds beside a picture with such a tag."""
    container.metadata["timecode"] = "01:00:00:00"
    add_picture(container, "mpeg4")


def cover(container: Any) -> tuple[Any, bytes]:
    """A single picture that comes with the sound."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 64, "yuvj420p", Fraction(1, 25)
    image = [bytes(packet) for frame in (picture(0, "yuvj420p"), None) for packet in encoder.encode(frame)]
    track = container.add_mux_stream("mjpeg", rate=25, width=64, height=64)
    track.disposition = av.stream.Disposition.attached_pic
    return track, image[0]


def picture(number: int, pixels: str = "yuv420p") -> av.VideoFrame:
    """A grey picture, a little brighter with each number."""
    frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number % 200, dtype=np.uint8), format="rgb24")
    frame = frame.reformat(format=pixels)
    frame.pts, frame.time_base = number, Fraction(1, 25)
    return frame


def add_picture(container: Any, codec: str, rate: int = 25) -> Any:
    width, height = (720, 576) if codec == "dvvideo" else (64, 64)
    video = container.add_stream(codec, rate=rate, width=width, height=height)
    video.pix_fmt = "yuv420p"
    return video


def with_track(path: Path, muxer: str, codec: str, add: Add, *, is_first: bool) -> Path:
    """Two seconds of a tone, with a track that `add` adds before or after it."""
    rate = 48000
    with av.open(str(path), "w", format=muxer) as container:
        extra = add(container) if is_first else None
        audio = container.add_stream(codec, rate=rate, layout="mono")
        if not is_first:
            extra = add(container)
        sound = encoded_tone(audio, rate, 2.0, 0.0)
        if extra is not None:
            track, content = extra
            packet = av.Packet(content)
            packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = track, MILLISECOND, 0, 0, 1000
            container.mux(packet)
        container.mux(sound)
    return path


def encoded_tone(audio: Any, rate: int, seconds: float, start: float) -> list[Any]:
    """The packets of a tone that begins at `start` seconds."""
    frame = av.AudioFrame.from_ndarray(media.tone(seconds, rate), format="fltp", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), round(start * rate)
    packets = [packet for block in media.resampled(frame, audio) for packet in audio.encode(block)]
    return packets + audio.encode(None)


def shifted(path: Path, muxer: str, video_codec: str, audio_codec: str, *, picture_at: float, sound_at: float) -> Path:
    """Four seconds of pictures and two of a tone, each from its time on."""
    rate = 44100 if muxer in ("flv", "asf") else 48000
    with av.open(str(path), "w", format=muxer) as container:
        video = add_picture(container, video_codec)
        audio = container.add_stream(audio_codec, rate=rate, layout="mono")
        audio.bit_rate = 64000
        packets = encoded_tone(audio, rate, 2.0, sound_at)
        first = round(picture_at * 25)
        for number in range(first, first + 100):
            packets += video.encode(picture(number))
        packets += video.encode(None)
        for packet in sorted(packets, key=lambda one: float(one.dts * one.time_base)):
            container.mux(packet)
    return path
