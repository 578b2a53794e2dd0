"""Embeds the voices of chunks that overlap; the embedding model hears each second of sound once.

pyannote's chunks of 10 s begin every second or two, and it runs the model anew on each, so that every second is heard
five to ten times. Frame by frame a model only looks at the sound around it, so the frames are computed once, in blocks
with some sound on both sides, and each voice of a chunk is pooled from them. Two things differ: at the edges of a chunk
frames know what was before and comes after, and features are centred on a block in place of a chunk.

Loads pyannote: only for workers. Written for pyannote.audio 4.0.7.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from pyannote.audio.models.embedding.wespeaker import BaseWeSpeakerResNet
from pyannote.audio.models.embedding.xvector import XVectorMFCC
from pyannote.core import SlidingWindow
from torch.nn.functional import interpolate, pad, relu

BLOCK_SECONDS = 20.0
LEAST_AROUND_SECONDS = 0.5  # of sound on both sides of a block


class FrameModel(Protocol):
    """The two halves of an embedding model.

    `frames` makes (batch, features, frames) of (batch, 1, samples); `embed` makes embeddings of the mean and the
    standard deviation of features: (voices, 2 * features).
    """

    model: Any

    def frames(self, waveforms: torch.Tensor) -> torch.Tensor: ...
    def embed(self, statistics: torch.Tensor) -> torch.Tensor: ...


class WeSpeakerFrames:
    """A ResNet, as in pyannote's community models."""

    def __init__(self, model: BaseWeSpeakerResNet) -> None:
        self.model = model

    def frames(self, waveforms: torch.Tensor) -> torch.Tensor:
        """The ResNet's output, its channels and frequencies side by side."""
        found: torch.Tensor = self.model.forward_frames(waveforms)
        return found.flatten(1, 2)

    def embed(self, statistics: torch.Tensor) -> torch.Tensor:
        """The layers after pooling."""
        resnet = self.model.resnet
        found: torch.Tensor = resnet.seg_1(statistics)
        return resnet.seg_2(resnet.seg_bn_1(relu(found))) if resnet.two_emb_layer else found


class XVectorFrames:
    """A time-delay network on cepstra."""

    def __init__(self, model: XVectorMFCC) -> None:
        self.model = model

    def frames(self, waveforms: torch.Tensor) -> torch.Tensor:
        """The output of the last time-delay layer."""
        found: torch.Tensor = self.model.mfcc(waveforms).squeeze(dim=1)
        for block in self.model.tdnns:
            found = block(found)
        return found

    def embed(self, statistics: torch.Tensor) -> torch.Tensor:
        """The layer after pooling."""
        found: torch.Tensor = self.model.embedding(statistics)
        return found


def halve(model: Any) -> FrameModel | None:
    """The two halves of an embedding model; None for a kind that is not known."""
    if isinstance(model, BaseWeSpeakerResNet) and not model.fbank_only:
        return WeSpeakerFrames(model)
    return XVectorFrames(model) if isinstance(model, XVectorMFCC) else None


class SharedFrames:
    """The frames of a recording, computed block by block as chunks ask for them, in order of time."""

    def __init__(self, halves: FrameModel, waveform: torch.Tensor, device: torch.device, blocks: int) -> None:
        """`waveform` is (1, samples), `blocks` how many are computed at once."""
        self.halves, self.waveform, self.device, self.blocks = halves, waveform, device, blocks
        rate = halves.model.hparams.sample_rate
        field: SlidingWindow = halves.model.receptive_field
        self.rate, self.step = rate, round(field.step * rate)
        self.length = round(BLOCK_SECONDS * rate / self.step)  # frames of a block
        self.around = math.ceil(max(field.duration, LEAST_AROUND_SECONDS) * rate / self.step)
        centre: float = halves.model.receptive_field_center(0) / self.step
        self.lead = round(self.around + 0.5 - centre)  # the model's frames before those of the block
        self.least = math.ceil(field.duration * rate) + 2 * self.step  # samples
        self.first, self.kept = 0, torch.empty(0)  # the number of the first frame at hand, (features, frames)

    def embed(self, starts: Sequence[float], seconds: float, masks: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The embedding of each voice in each of some chunks of so many seconds: (chunks, voices, dimension).

        `masks` (chunks, frames, voices) is 1 in the frames that count.
        """
        weights = torch.from_numpy(masks.transpose(0, 2, 1).astype(np.float32)).to(self.device)
        with torch.inference_mode():
            pooled = [self._pool(start, seconds, each) for start, each in zip(starts, weights, strict=True)]
            return np.asarray(self.halves.embed(torch.stack(pooled)).cpu().numpy())

    def _pool(self, start: float, seconds: float, weights: torch.Tensor) -> torch.Tensor:
        """The mean and standard deviation of the frames of each voice in a chunk: (voices, 2 * features)."""
        first, last = (round(time * self.rate / self.step) for time in (start, start + seconds))
        self._reach(first, last)
        frames = self.kept[:, first - self.first : last - self.first]
        chosen = interpolate(weights[None], size=frames.shape[1], mode="nearest")[0]
        count = chosen.sum(dim=1, keepdim=True)
        mean = chosen @ frames.T / (count + 1e-8)
        squares = chosen @ frames.square().T - count * mean.square()
        deviation = (squares.clamp(min=0) / (count - 1).clamp(min=1e-8)).sqrt()
        return torch.cat([mean, deviation], dim=1)

    def _reach(self, first: int, last: int) -> None:
        """Have the frames from `first` up to `last` at hand; older ones are let go."""
        end = self.first + self.kept.shape[-1]
        if first >= end:  # nobody spoke in between
            self.first, self.kept, end = first, torch.empty(0), first
        self.kept, self.first = self.kept[..., first - self.first :], first
        while end < last:
            found = self._compute(end)
            self.kept = torch.cat([self.kept, found], dim=1) if self.kept.numel() else found
            end += found.shape[1]

    def _compute(self, first: int) -> torch.Tensor:
        """The frames of the next blocks from a frame on: (features, frames)."""
        starts = [first + number * self.length for number in range(self.blocks)]
        if not self._is_within(starts[0]):
            return self._hear(starts[:1])[0]
        return torch.cat(list(self._hear([start for start in starts if self._is_within(start)])), dim=1)

    def _is_within(self, start: int) -> bool:
        """Whether a block and the sound around it lie within the recording."""
        around = self.around * self.step
        return bool(around <= start * self.step <= self.waveform.shape[1] - self.length * self.step - around)

    def _hear(self, starts: Sequence[int]) -> torch.Tensor:
        """The frames of some blocks: (blocks, features, frames). One that reaches out of the recording must be alone.

        Out there, frames are 0. Silence in place of what is missing would count as sound where features are centred.
        """
        cuts = [(start - self.around, start + self.length + self.around) for start in starts]
        sounds = torch.stack([self.waveform[:, max(0, a) * self.step : max(0, b) * self.step] for a, b in cuts])
        sounds = pad(sounds.float(), (0, max(0, self.least - sounds.shape[-1])))
        found = self.halves.frames(sounds.to(self.device))
        lead = self.lead + min(0, cuts[0][0])
        found = pad(found[..., max(0, lead) :], (max(0, -lead), 0))[..., : self.length]
        return pad(found, (0, self.length - found.shape[-1]))
