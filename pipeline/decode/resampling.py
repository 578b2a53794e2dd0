"""Converts decoded frames to 16 kHz on disk, each second at the time at which a player plays it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import av
import numpy as np
from av.filter import Graph

from pipeline.decode.channel_mix import ChannelKeeper, ChannelMixer
from pipeline.decode.sandbox import OUTPUT, DecodeRefused
from pipeline.samples import SAMPLE_BYTES, SAMPLE_TYPE

if TYPE_CHECKING:
    from av import AudioFrame
    from numpy.typing import NDArray

GAP_SECONDS = 0.1  # timestamps this far ahead of the samples mean that audio is missing
LOWEST_RATE = 4000  # Hz; telephones have 8000, and below 4000 no speech can be understood
MOST_CHANNELS = 64  # as many as libswresample mixes
BLIND_GAP_SECONDS = 300.0  # the longest gap that is accepted if the header has no length, or a wrong one


def check_sound(rate: int, channels: int) -> None:
    """Refuse what is no recording of speech: a few bytes of it would become gigabytes, or sound would be lost."""
    if 0 < rate < LOWEST_RATE:  # 0: the header does not tell
        raise DecodeRefused("low_rate")
    if channels > MOST_CHANNELS:
        raise DecodeRefused("channels")


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
        self.mixer: ChannelMixer | ChannelKeeper | None = None

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
            self.resampler = Resampler(frame, self.writer.rate, self.mixer, self.writer.width)
            self.mixer = self.resampler.mixer
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
    """libswresample for frames of one kind: to `rate` Hz, float32, one channel or, kept apart, `width` of them.

    The channels are mixed by `mixer`, if it was made for this layout, else by a new one.
    """

    def __init__(
        self, frame: AudioFrame, rate: int, mixer: ChannelMixer | ChannelKeeper | None = None, width: int = 1
    ) -> None:
        check_sound(frame.sample_rate, len(frame.layout.channels))
        self.kind = self.kind_of(frame)
        self.graph = graph = Graph()
        graph.threads = 1  # else one per processor, whose stacks alone can exceed the memory limit
        places = [channel.name for channel in frame.layout.channels]
        if width > 1 and len(places) != width:
            raise DecodeRefused("channels")
        if mixer is None or mixer.places != tuple(places):
            mixer = ChannelKeeper(places) if width > 1 else ChannelMixer(places, rate)
        self.mixer = mixer
        # Packed samples (flt): PyAV reads planes of eight or more channels past their end.
        source = graph.add(
            "abuffer",
            sample_rate=str(frame.sample_rate),
            sample_fmt=frame.format.name,
            channel_layout=frame.layout.name,
            time_base=f"1/{frame.sample_rate}",
        )
        convert = graph.add("aresample", sample_rate=str(rate), out_sample_fmt="flt")
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
        """Take a frame (None: the end); yield what is ready: float32, shape (samples,), or (samples, width)."""
        if frame is not None:
            frame.pts = None  # the timeline keeps the time
        self.graph.push(frame)
        while True:
            try:
                ready = self.graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            samples = np.asarray(ready.to_ndarray(), dtype=np.float32)
            yield from self.mixer.add(samples.reshape(-1, len(self.mixer.places)))
        if frame is None:
            yield from self.mixer.finish()


class SampleWriter:
    """Writes samples as raw float16, little endian; counts them and refuses one too many.

    Digital silence becomes a hole in the file, which takes no room on the disk. Of `width` channels that are kept
    apart, the samples of one moment lie together and count as one.
    """

    def __init__(self, rate: int, max_seconds: float, width: int = 1) -> None:
        self.rate, self.most, self.width, self.samples = rate, int(max_seconds * rate), width, 0
        self.ends_with_hole = False

    @property
    def seconds(self) -> float:
        return self.samples / self.rate

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append samples, shape (n,) or (n, width). Raises Refused: too_long, storage_full."""
        self.samples += len(samples)
        if self.samples > self.most:
            raise DecodeRefused("too_long")
        data = samples.astype(SAMPLE_TYPE)
        self.ends_with_hole = not data.any()
        try:
            if self.ends_with_hole:
                os.lseek(OUTPUT, data.nbytes, os.SEEK_CUR)
            else:
                write_all(data.tobytes())
        except OSError as error:
            raise DecodeRefused("storage_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "damaged") from error

    def silence(self, until: float) -> None:
        """Append zeros up to `until` seconds from the start."""
        missing = min(round(until * self.rate), self.most + 1) - self.samples
        while missing > 0:
            self.write(np.zeros((min(missing, self.rate), self.width), dtype=np.float32))
            missing -= self.rate

    def finish(self) -> None:
        """Give the file its length if it ends with a hole."""
        if self.ends_with_hole and self.samples:
            os.lseek(OUTPUT, -SAMPLE_BYTES, os.SEEK_CUR)
            write_all(bytes(SAMPLE_BYTES))


def write_all(data: bytes) -> None:
    """Write to the file of samples, in as many calls as it takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(OUTPUT, rest) :]
