"""What the channels of a stretch of sound have in common: the evidence on which `channel_weights` decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.fft import rfft

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME = 512  # samples: 32 ms at 16 kHz
SPEECH_BAND = slice(10, 109)  # 300 to 3400 Hz, in steps of 31.25 Hz
MOST_FRAMES = 470  # of evidence put together: 15 s
RISE = 4.0  # a voice is this much stronger than the steady noise: 6 dB
FEWEST_FRAMES = 8  # a quarter of a second of speech
FAINTEST = 1e-11 * FRAME**2 / 8  # the power of a frame at -110 dBFS
CLIPPED = 0.01  # a channel with this share of its samples at its peak is cut off there
_WINDOW = np.hanning(FRAME).astype(np.float32)[:, None]


class Evidence(NamedTuple):
    """Frame by frame: `cross` power of each two channels in the band of speech, `total` power of each at all pitches.

    Shapes (frames, channels, channels) and (frames, channels). `clipped` says of each channel whether its peaks are
    cut off.
    """

    cross: NDArray[np.float32]
    total: NDArray[np.float32]
    clipped: NDArray[np.bool_]

    def after(self, earlier: Evidence) -> Evidence:
        """This evidence with the end of the earlier before it."""
        count = MOST_FRAMES - len(self.total)
        cross = np.concatenate((earlier.cross[-count:], self.cross))
        return Evidence(cross, np.concatenate((earlier.total[-count:], self.total)), self.clipped)


def collect(block: NDArray[np.float32]) -> Evidence:
    """The evidence of a block, shape (samples, channels)."""
    count = len(block) // FRAME
    frames = block[: count * FRAME].reshape(count, FRAME, block.shape[1]) * _WINDOW
    spectrum = rfft(frames, axis=1).astype(np.complex64)
    voice = spectrum[:, SPEECH_BAND]
    cross = np.matmul(voice.transpose(0, 2, 1), voice.conj()).real.astype(np.float32)
    total = (np.abs(spectrum[:, 1:]) ** 2).sum(axis=1)
    sizes = np.abs(block)
    peaks = sizes.max(axis=0, initial=0.0)
    clipped = (sizes > 0.98 * peaks).mean(axis=0) > CLIPPED if len(block) else np.zeros(block.shape[1], dtype=bool)
    return Evidence(cross, total, clipped)


def voice_energy(power: NDArray[np.float32]) -> float:
    """The mean power of what rises above the steady noise in a series of frames; 0 where nothing does."""
    if len(power) == 0:
        return 0.0
    noise = float(np.quantile(power, 0.2))
    loud = power[power > max(RISE * noise, FAINTEST)]
    return float((loud - noise).sum()) / len(power) if len(loud) >= FEWEST_FRAMES else 0.0


def noise_energy(power: NDArray[np.float32], total: NDArray[np.float32]) -> float:
    """The mean `total` power in the quietest fifth of the frames, by their power in the band of speech."""
    if len(power) == 0:
        return 0.0
    return float(total[power <= np.quantile(power, 0.2)].mean())


def sound_energy(power: NDArray[np.float32]) -> float:
    """The mean power of a series of frames."""
    return float(power.mean()) if len(power) else 0.0
