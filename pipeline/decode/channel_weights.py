"""Decides how the channels of a recording are mixed to one: which are added, with which sign and how loud.

The plain mean is right for ordinary stereo. It loses a voice that is on two channels in opposite phase, and buries one
beside a channel of noise. So channels are compared by what rises above their steady noise in the band of speech: hum,
hiss and DC, alone or in common, decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from pipeline.decode.channel_evidence import Evidence, noise_energy, sound_energy, voice_energy

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALIKE = 0.5  # a correlation from here on means the same voice on both channels
OPPOSITE = 2.0  # the difference has this much more of a voice than the sum
FAINT = 0.01  # below this share (-20 dB), a further channel with the same voice adds nothing
UNHEARD = 1e-4  # below this share (-40 dB), noise does not matter and a channel has no voice of its own
SILENT = 1e-9  # below this share (-90 dB), a channel has nothing
POORER = 4.0  # a channel with a known voice that much nearer to its noise (6 dB) is left out,
AUDIBLE = 1e-3  # unless its noise is below this share of the voice (-30 dB)
UNEVEN = 1 / 16  # another voice below this share (-12 dB) is raised,
RAISED = 1 / 4  # to this one (-6 dB),
MOST_GAIN = 30.0  # by at most this factor
NOISE_BESIDE_VOICE = 0.03  # a noisy channel with another voice is mixed in with noise of -15 dB
NOTHING = 1e-12


def base_weights(places: Sequence[str]) -> NDArray[np.float32]:
    """The weights of a layout's channels (by libavutil's names) before anything is heard.

    Those of ITU-R BS.775 for surround sound; 0 for the channels of the subwoofer, and for all but the first, which
    has every direction, of Ambisonics.
    """
    count = len(places)
    if count <= 2:
        return np.ones(count, dtype=np.float32)
    if places[0].startswith("AMBI"):
        return np.array([1.0, *[0.0] * (count - 1)], dtype=np.float32)
    known = {"FC": 1.0, "FL": 0.7071, "FR": 0.7071, "LFE": 0.0, "LFE2": 0.0, "NONE": 1.0}
    return np.array([known.get(place, 0.5) for place in places], dtype=np.float32)


def choose_weights(evidence: Evidence, base: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The weights for this evidence; None if there is no sound in it."""
    channels = [channel for channel in range(len(base)) if base[channel] > 0]
    voices = _Voices(evidence, channels)
    if not any(voices.energy.values()):
        return None
    best, *others = sorted(channels, key=voices.quality, reverse=True)
    signs = {best: 1.0}
    weights = np.zeros_like(base)
    weights[best] = base[best]
    for channel in others:
        nearest = max(signs, key=lambda kept: abs(voices.likeness(channel, kept)))
        turned = -1.0 if voices.are_opposite(channel, nearest) else 1.0
        gain = _gain(voices, channel, nearest, best)
        if gain > 0:
            signs[channel] = turned * signs[nearest]
            weights[channel] = signs[channel] * gain * base[channel]
    return _normalized(weights)


def _normalized(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights that hardly clip: a voice that is raised stays below the others, so that it counts as one of them."""
    return np.asarray(weights / np.minimum(np.abs(weights), 1.0).sum())


def _gain(voices: _Voices, channel: int, nearest: int, best: int) -> float:
    """How much of a channel is added to those that are kept, of which `nearest` is most like it; 0: it is left out."""
    energy, noise = voices.energy[channel], voices.noise[channel]
    loudest = voices.energy[best]
    if abs(voices.likeness(channel, nearest)) >= ALIKE:
        poorer = voices.quality(channel) * POORER < voices.quality(nearest) and noise > AUDIBLE * loudest
        return 0.0 if poorer or energy < FAINT * voices.energy[nearest] else 1.0
    if energy < UNHEARD * loudest:
        return 0.0 if noise > AUDIBLE * loudest or noise < SILENT * loudest else 1.0
    raised = min(MOST_GAIN, (RAISED * loudest / energy) ** 0.5) if energy < UNEVEN * loudest else 1.0
    return float(min(raised, (NOISE_BESIDE_VOICE * loudest / max(noise, NOTHING)) ** 0.5))


class _Voices:
    """The energy of the voices on each channel and on each two together; where there is none, of all sound."""

    def __init__(self, evidence: Evidence, channels: Sequence[int]) -> None:
        self.cross, self.clipped = evidence.cross, evidence.clipped
        self.measure = voice_energy
        self.energy = {each: voice_energy(self.power(each)) for each in channels}
        if not any(self.energy.values()):
            self._look_below_the_noise(channels)
        self.loudest = max(self.energy.values())
        self.noise = {each: noise_energy(self.power(each), evidence.total[:, each]) for each in channels}

    def _look_below_the_noise(self, channels: Sequence[int]) -> None:
        """Find voices that only the difference of two channels has, else take any sound for one."""
        for one, other in combinations(channels, 2):
            hidden = voice_energy(self.together(one, other, -1.0)) / 4
            for each in (one, other):
                self.energy[each] = max(self.energy[each], hidden)
        if not any(self.energy.values()):
            self.measure = sound_energy
            self.energy = {each: sound_energy(self.power(each)) for each in channels}

    def power(self, channel: int) -> NDArray[np.float32]:
        return self.cross[:, channel, channel]

    def together(self, one: int, other: int, sign: float) -> NDArray[np.float32]:
        """The power of the sum of two channels, or with a sign of -1 of their difference."""
        power: NDArray[np.float32] = self.power(one) + self.power(other) + 2 * sign * self.cross[:, one, other]
        return np.maximum(power, 0.0)

    def quality(self, channel: int) -> float:
        """The voice of a channel against its noise; one that is cut off at its peaks comes after all others."""
        quality = self.energy[channel] / (self.noise[channel] + UNHEARD * self.loudest + NOTHING)
        return quality * NOTHING if self.clipped[channel] else quality

    def likeness(self, one: int, other: int) -> float:
        """The correlation of two channels' voices, -1 to 1."""
        scale = 4 * (self.energy[one] * self.energy[other]) ** 0.5
        difference = self.measure(self.together(one, other, 1.0)) - self.measure(self.together(one, other, -1.0))
        return min(1.0, max(-1.0, difference / scale)) if scale else 0.0

    def are_opposite(self, one: int, other: int) -> bool:
        """Whether the difference of two channels has more of their voices than the sum."""
        added, subtracted = (self.measure(self.together(one, other, sign)) for sign in (1.0, -1.0))
        return subtracted > OPPOSITE * added
