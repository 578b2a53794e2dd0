"""Real voices, from a sample meeting, on channels and tracks of any kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

SAMPLES = Path(__file__).resolve().parents[2] / "audio_samples"
RATE = 16_000

Sound = NDArray[np.float32]  # shape (samples,)


@cache
def voice(name: str = "ten-seconds.wav", start: float = 0.0, seconds: float = 10.0) -> Sound:
    """A stretch of a sample meeting at 16 kHz, mono."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    with av.open(str(SAMPLES / name)) as container:
        blocks = [
            block.to_ndarray()[0]
            for frame in container.decode(audio=0)
            if frame.time is not None and frame.time < start + seconds
            for block in resampler.resample(frame)
        ]
    found: Sound = np.concatenate(blocks)[round(start * RATE) : round((start + seconds) * RATE)]
    return found


def white_noise(count: int, level: float, seed: int = 0) -> Sound:
    """Noise of `count` samples with this root mean square."""
    return (level * np.random.default_rng(seed).standard_normal(count)).astype(np.float32)


def hum(count: int, level: float) -> Sound:
    """Hum of the mains, 50 Hz with overtones into the band of speech."""
    time = np.arange(count) / RATE
    wave = sum(0.6**k * np.sin(2 * np.pi * 50 * (k + 1) * time + k) for k in range(12))
    return (level * wave).astype(np.float32)


def music(seconds: float) -> Sound:
    """Chords of harmonics that change twice a second, with a beat."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = np.zeros_like(time)
    for number in range(round(seconds * 2)):
        now = (time >= number / 2) * np.exp(-4 * np.maximum(time - number / 2, 0))
        for step in (0, 4, 7, 12):
            hertz = 130.8 * 2 ** ((step + (0, 5, 7, 9)[number % 4]) / 12)
            wave += now * sum(np.sin(2 * np.pi * hertz * order * time) / order for order in range(1, 9))
    return (0.1 * wave).astype(np.float32)


def write_channels(path: Path, channels: list[Sound], layout: str = "stereo") -> Path:
    """A FLAC or WAV file of 16 bits with these channels."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac" if path.suffix == ".flac" else "pcm_s16le", rate=RATE, layout=layout)
        whole = np.clip(np.stack(channels, axis=1) * 32768, -32768, 32767).astype(np.int16)
        for at in range(0, len(whole), 4096):
            frame = av.AudioFrame.from_ndarray(whole[at : at + 4096].reshape(1, -1), format="s16", layout=layout)
            frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def parts_of(sound: Sound, *voices: Sound) -> tuple[list[float], float]:
    """How much of each voice a sound has (1: as loud as it was, in either polarity), and the level of the rest.

    The rest is relative to the first voice. Only 100 to 6000 Hz count.
    """
    count = min(map(len, (sound, *voices)))
    target, *bases = (_speech_band(np.asarray(each[:count], dtype=np.float64)) for each in (sound, *voices))
    shares, *_ = np.linalg.lstsq(np.stack(bases, axis=1), target)
    rest = target - np.stack(bases, axis=1) @ shares
    return [abs(float(share)) for share in shares], float(rest.std() / bases[0].std())


def _speech_band(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(sound)
    hertz = np.arange(len(spectrum)) * RATE / len(sound)
    spectrum[(hertz < 100) | (hertz > 6000)] = 0
    return np.fft.irfft(spectrum, len(sound))


@dataclass(frozen=True)
class Track:
    """A sound track to write: its sound, codec, rate in Hz and layout, and the second at which it begins."""

    sound: Sound
    codec: str = "aac"
    rate: int = 48_000
    layout: str = "mono"
    start: float = 0.0


def write_tracks(path: Path, tracks: list[Track]) -> Path:
    """A file with these sound tracks, in a container by its suffix."""
    with av.open(str(path), "w") as container:
        streams = [container.add_stream(each.codec, rate=each.rate, layout=each.layout) for each in tracks]
        packets = [packet for each, stream in zip(tracks, streams, strict=True) for packet in _encoded(each, stream)]
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)
    return path


def _encoded(track: Track, stream: av.AudioStream) -> Iterator[av.Packet[av.AudioStream]]:
    context = stream.codec_context
    frame = av.AudioFrame.from_ndarray(track.sound[None], format="flt", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
    resampler = av.AudioResampler(context.format, track.layout, track.rate, frame_size=context.frame_size or 1024)
    position = round(track.start * track.rate)
    for block in (*resampler.resample(frame), *resampler.resample(None)):
        block.pts, block.time_base = position, Fraction(1, track.rate)
        position += block.samples
        yield from stream.encode(block)
    yield from stream.encode(None)
