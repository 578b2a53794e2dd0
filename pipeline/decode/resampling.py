"""Converts decoded frames to 16 kHz mono on disk, each second at the time at which a player plays it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import av
import numpy as np
from av.filter import Graph

from pipeline.decode.sandbox import OUTPUT, DecodeRefused

if TYPE_CHECKING:
    from av import AudioFrame
    from numpy.typing import NDArray

GAP_SECONDS = 0.1  # timestamps this far ahead of the samples mean that audio is missing
BLIND_GAP_SECONDS = 300.0  # the longest gap that is accepted if the header has no length, or a wrong one
OPPOSITE = 0.01  # below this share of the channels' power (-20 dB), their mean has cancelled itself out


class Timeline:
    """Places decoded frames by their timestamps, so that a second here is a second in a player.

    Missing audio (a damaged packet, a pause that the recorder skipped, a track that begins after the picture) becomes
    silence. Timestamps that jump back or far beyond the file's length are ignored: what follows is appended.

    `counted_rate` is given if the file has no timestamps, so that libavformat counts them by this one rate, in Hz.
    """

    def __init__(
        self, writer: SampleWriter, start: float, length: float | None, counted_rate: int | None = None
    ) -> None:
        self.is_timed, self.counted_rate = True, counted_rate
        self.writer, self.start, self.length = writer, start, length
        self.begin = writer.seconds  # where this timeline begins in the output
        self.clock = 0.0  # seconds of the timeline covered so far, including those in the resampler
        self.resampler: Resampler | None = None

    def add(self, frame: AudioFrame) -> None:
        """Append a frame of any rate, format and layout, after the silence that its timestamp calls for."""
        if self.counted_rate not in (None, frame.sample_rate):
            self.is_timed = False
        if self.is_timed and frame.time is not None:
            gap = frame.time - self.start - self.clock
            if gap > GAP_SECONDS and self.believes(gap):
                self.finish()
                self.clock += gap
                self.writer.silence(self.begin + self.clock)
            elif abs(gap) > GAP_SECONDS:
                self.start += gap
        if self.resampler is None or not self.resampler.fits(frame):
            self.finish()
            self.resampler = Resampler(frame, self.writer.rate)
        self.clock += frame.samples / frame.sample_rate
        for samples in self.resampler.convert(frame):
            self.writer.write(samples)

    def believes(self, gap: float) -> bool:
        """Whether `gap` seconds may be missing here: up to the length, or not too long where that says nothing."""
        if self.length is None or self.clock > self.length + GAP_SECONDS:
            return gap <= BLIND_GAP_SECONDS
        return self.clock + gap <= self.length + 1

    @property
    def written(self) -> float:
        """Seconds of this timeline in the output."""
        return self.writer.seconds - self.begin

    def finish(self) -> None:
        """Write what is left in the resampler."""
        if self.resampler is not None:
            for samples in self.resampler.convert(None):
                self.writer.write(samples)
        self.resampler = None


class Resampler:
    """libswresample for frames of one kind: to `rate` Hz, float32, one channel.

    Stereo is the mean of both channels, or the louder one alone if they cancel each other out (a microphone wired in
    opposite phase). Surround is mixed by libswresample's table for the layout, scaled so that it cannot clip;
    channels without a known position are treated like stereo.
    """

    def __init__(self, frame: AudioFrame, rate: int) -> None:
        self.kind = self.kind_of(frame)
        self.graph = graph = Graph()
        graph.threads = 1  # else one per processor, whose stacks alone can exceed the memory limit
        places = frame.layout.name
        # Packed samples (flt): PyAV reads planes of eight or more channels past their end.
        source = graph.add(
            "abuffer",
            sample_rate=str(frame.sample_rate),
            sample_fmt=frame.format.name,
            channel_layout=places,
            time_base=f"1/{frame.sample_rate}",
        )
        mixed = frame.layout.nb_channels > 2 and not places.endswith("channels")
        self.channels = 1 if mixed else frame.layout.nb_channels
        layout = {"out_chlayout": "mono"} if mixed else {}
        convert = graph.add("aresample", sample_rate=str(rate), out_sample_fmt="flt", rematrix_maxval="1", **layout)
        sink = graph.add("abuffersink")
        source.link_to(convert)
        convert.link_to(sink)
        graph.configure()
        graph.set_audio_frame_size(rate)

    @staticmethod
    def kind_of(frame: AudioFrame) -> tuple[int, str, str]:
        return frame.sample_rate, frame.format.name, frame.layout.name

    def fits(self, frame: AudioFrame) -> bool:
        """Whether this resampler was made for frames of this kind."""
        return self.kind_of(frame) == self.kind

    def convert(self, frame: AudioFrame | None) -> Iterator[NDArray[np.float32]]:
        """Take a frame (None: the end); yield what is ready: float32, shape (samples,), at most a second each."""
        if frame is not None:
            frame.pts = None  # the timeline keeps the time
        self.graph.push(frame)
        while True:
            try:
                ready = self.graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            yield downmix(np.asarray(ready.to_ndarray(), dtype=np.float32).reshape(-1, self.channels))


def downmix(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """One channel from `block`, shape (samples, channels): see `Resampler`. Always finite and within -1..1."""
    block = np.clip(np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)
    if block.shape[1] == 1:
        return block[:, 0]
    block = np.ascontiguousarray(block.T)
    mean: NDArray[np.float32] = block.mean(axis=0)
    power = np.array([channel @ channel for channel in block])
    if mean @ mean < OPPOSITE * power.mean():
        mean = block[power.argmax()]
    return mean


class SampleWriter:
    """Writes samples as raw float32, little endian; counts them and refuses one too many."""

    def __init__(self, rate: int, max_seconds: float) -> None:
        self.rate, self.most, self.samples = rate, int(max_seconds * rate), 0

    @property
    def seconds(self) -> float:
        return self.samples / self.rate

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append samples, shape (n,). Raises Refused: too_long, storage_full."""
        self.samples += len(samples)
        if self.samples > self.most:
            raise DecodeRefused("too_long")
        rest = memoryview(samples.astype("<f4").tobytes())
        try:
            while rest:
                rest = rest[os.write(OUTPUT, rest) :]
        except OSError as error:
            raise DecodeRefused("storage_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "damaged") from error

    def silence(self, until: float) -> None:
        """Append zeros up to `until` seconds from the start."""
        missing = min(round(until * self.rate), self.most + 1) - self.samples
        while missing > 0:
            self.write(np.zeros(min(missing, self.rate), dtype=np.float32))
            missing -= self.rate
