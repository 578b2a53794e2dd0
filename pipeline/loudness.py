"""How loud the speech of a recording is, and how much it must be amplified to be recognised.

Only speech counts: a peak can be a click or a cough, and an average is mostly pauses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.samples import SAMPLE_RATE, Samples
from pipeline.voice_activity import TimeSpan, VoiceActivityOptions, detect_voice_activity

QUIET_DBFS = -50.0  # speech below this is amplified: words begin to change, and below -60 dBFS most are wrong
TARGET_DBFS = -26.0  # as loud as ITU-T P.56 has speech in telephony
FRAME = 512  # samples: 32 ms
STEP = 2 * FRAME  # every other frame is enough
BLOCK = 4096  # frames at once
MEAN_BLOCK = 1 << 20  # samples at once
SPEECH_BAND_HERTZ = (300, 3400)
RISE = 4.0  # speech is this much stronger than the steady noise: 6 dB
FAINTEST = 1e-11  # -110 dBFS
FEWEST_FRAMES = 5  # a third of a second
ORDINARY_SECONDS = 3.0  # a recording with this much speech of ordinary loudness is left as it is,
ORDINARY_SHARE = 0.1  # if that is this share of its speech
_WINDOW = np.hanning(FRAME).astype(np.float32)
_BAND = slice(*(round(hertz * FRAME / SAMPLE_RATE) for hertz in SPEECH_BAND_HERTZ))
_SCALE = 2 / (FRAME * float(np.square(_WINDOW).sum()))  # from the power of a spectrum to the mean square of its samples


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud the speech of a recording was (dBFS; None: no speech was found), and its amplification in dB."""

    speech_dbfs: float | None = None
    gain_db: float = 0.0


class Frames:
    """The power of a recording in the band of speech, frame by frame, as a mean square."""

    def __init__(self, pcm: Samples, on_progress: Callable[[], None] = lambda: None) -> None:
        count = max(0, (len(pcm) - FRAME) // STEP + 1)
        self.power = np.empty(count, dtype=np.float32)
        for first in range(0, count, BLOCK):
            last = min(first + BLOCK, count)
            block = np.lib.stride_tricks.sliding_window_view(pcm[first * STEP : (last - 1) * STEP + FRAME], FRAME)
            frames = block[::STEP]
            frames = frames - frames.mean(axis=1, keepdims=True)
            spectrum = np.fft.rfft(frames * _WINDOW, axis=1)[:, _BAND]
            self.power[first:last] = np.square(np.abs(spectrum)).sum(axis=1) * _SCALE
            on_progress()

    def loudness(self, spans: Sequence[TimeSpan] | None = None) -> float | None:
        """The loudness in dBFS of what rises above the steady noise, within `spans` if given; None if nothing does."""
        power = self.power if spans is None else self.within(spans)
        if len(power) == 0:
            return None
        loud = power[power > max(RISE * float(np.quantile(self.power, 0.2)), FAINTEST)]
        return 10 * math.log10(float(np.quantile(loud, 0.75))) if len(loud) >= FEWEST_FRAMES else None

    def within(self, spans: Sequence[TimeSpan]) -> NDArray[np.float32]:
        """The frames in these spans."""
        inside = np.zeros(len(self.power), dtype=bool)
        for span in spans:
            inside[int(span.start * SAMPLE_RATE / STEP) : math.ceil(span.end * SAMPLE_RATE / STEP)] = True
        return self.power[inside]


class Amplified:
    """Samples that are amplified as they are read, without their DC."""

    def __init__(self, pcm: Samples, gain: float) -> None:
        self.pcm, self.gain, self.offset = pcm, np.float32(gain), np.float32(mean_of(pcm))

    def __len__(self) -> int:
        return len(self.pcm)

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        return np.asarray(np.clip((self.pcm[part] - self.offset) * self.gain, -1.0, 1.0))


def mean_of(samples: Samples) -> float:
    """The DC of samples."""
    starts = range(0, len(samples), MEAN_BLOCK)
    total = sum(float(samples[start : start + MEAN_BLOCK].sum(dtype=np.float64)) for start in starts)
    return total / max(1, len(samples))


def find_speech(pcm: Samples, gain_db: float, on_progress: Callable[[], None]) -> tuple[TimeSpan, ...]:
    """Where someone speaks in samples that are amplified."""
    amplified = Amplified(pcm, 10 ** (gain_db / 20)) if gain_db else pcm
    options = VoiceActivityOptions(max_window_seconds=30.0)
    return detect_voice_activity(amplified, options, lambda _: on_progress()).spans


def measure_loudness(pcm: Samples, on_progress: Callable[[], None]) -> Loudness:
    """How loud speech is and how much it must be amplified: 0 dB unless nearly all of it is quiet.

    `on_progress` is called now and then, and may raise to stop.
    """
    frames = Frames(pcm, on_progress)
    level = frames.loudness()
    if level is None or level >= QUIET_DBFS:
        return Loudness(level)
    spans = find_speech(pcm, TARGET_DBFS - level, on_progress)
    level = frames.loudness(spans)
    if level is None or level >= QUIET_DBFS or _has_ordinary_speech(pcm, frames, spans, on_progress):
        return Loudness(level)
    return Loudness(level, TARGET_DBFS - level)


def _has_ordinary_speech(
    pcm: Samples, frames: Frames, spans: Sequence[TimeSpan], on_progress: Callable[[], None]
) -> bool:
    """Whether enough of the speech is loud already. The quiet `spans` may then be noise, or people next door."""
    heard = [
        span
        for span in find_speech(pcm, 0.0, on_progress)
        if (level := frames.loudness([span])) is not None and level >= QUIET_DBFS
    ]
    seconds = sum(span.seconds for span in heard)
    return seconds >= max(ORDINARY_SECONDS, ORDINARY_SHARE * sum(span.seconds for span in spans))
