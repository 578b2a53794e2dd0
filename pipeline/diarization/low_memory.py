"""pyannote's SpeakerDiarization with the same result from less memory and time. Only for workers: it loads pyannote.

Written against pyannote.audio 4.0.7; each step that is replaced here names what it differs in.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pyannote.audio import Inference
from pyannote.audio.pipelines import SpeakerDiarization
from pyannote.audio.pipelines.clustering import VBxClustering
from pyannote.audio.pipelines.speaker_verification import PyannoteAudioPretrainedSpeakerEmbedding
from pyannote.core import Annotation, Segment, SlidingWindowFeature
from pyannote.core.utils.generators import string_generator

from pipeline.diarization.aggregation import count_votes, find_active_runs, select_speakers
from pipeline.diarization.clustering import CappedClustering


def use_low_memory(pipeline: Any) -> Any:
    """Turn a loaded pipeline into a lean one; one of another make is given back as it is.

    What it rests on: a segmentation that answers 0 or 1 (powerset), embeddings by a model of pyannote, VBx.
    """
    if (
        type(pipeline) is SpeakerDiarization
        and getattr(pipeline._segmentation.model.specifications, "powerset", False)
        and isinstance(pipeline._embedding, PyannoteAudioPretrainedSpeakerEmbedding)
    ):
        pipeline.__class__ = LowMemoryDiarization
        pipeline._segmentation.__class__ = ByteInference
        if type(pipeline.clustering) is VBxClustering:
            pipeline.clustering.__class__ = CappedClustering
    return pipeline


class ByteInference(Inference):  # type: ignore[misc]
    """Keeps the 0 and 1 of a segmentation in a byte each; pyannote keeps them as float32."""

    def infer(self, chunks: torch.Tensor) -> NDArray[np.uint8]:
        """Who speaks in a batch of chunks: (batch, frames, voices)."""
        return np.asarray(super().infer(chunks)).astype(np.uint8)


class LowMemoryDiarization(SpeakerDiarization):  # type: ignore[misc]
    """Who speaks when, for recordings of any length."""

    def get_embeddings(
        self,
        file: Any,
        binary_segmentations: SlidingWindowFeature,
        exclude_overlap: bool = False,
        hook: Callable[..., None] | None = None,
    ) -> NDArray[np.float32]:
        """What each voice of each chunk sounds like: (chunks, voices, dimension).

        The model hears a chunk once and pools what it heard for each voice; pyannote has it hear the chunk once for
        each. Silent chunks are left out: nobody's embedding there is ever used.
        """
        window, active = binary_segmentations.sliding_window, binary_segmentations.data
        chunks, frames, voices = active.shape
        least = self._least_frames(window.duration, frames) if exclude_overlap else None
        speaking = np.flatnonzero(active.any(axis=(1, 2))).tolist()
        embeddings = np.ones((chunks, voices, self._embedding.dimension), dtype=np.float32)  # zeros have no direction
        firsts = range(0, len(speaking), self.embedding_batch_size)
        for done, first in enumerate(firsts):
            if hook is not None:
                hook("embeddings", None, total=len(firsts), completed=done)
            batch = speaking[first : first + self.embedding_batch_size]
            sounds = torch.stack([self._audio.crop(file, window[chunk], mode="pad")[0] for chunk in batch])
            masks = active[batch] if least is None else _choose_masks(active[batch], least)
            weights = np.ascontiguousarray(masks.transpose(0, 2, 1), dtype=np.float32)
            embeddings[batch] = self._embedding(sounds, masks=torch.from_numpy(weights))
        return embeddings

    def _least_frames(self, seconds: float, frames: int) -> int:
        """Frames of a mask that the embedding model needs to hear anything, in a chunk of `seconds` and `frames`."""
        samples: float = seconds * self._embedding.sample_rate
        least: int = self._embedding.min_num_samples
        return math.ceil(frames * least / samples)

    def reconstruct(
        self, segmentations: SlidingWindowFeature, hard_clusters: NDArray[np.signedinteger], count: SlidingWindowFeature
    ) -> SlidingWindowFeature:
        """Who has the floor in each frame of the recording, 0 or 1: (frames, speakers).

        Adds up chunk by chunk; pyannote lays out (chunks, frames, speakers) in float64 first.
        """
        window, frames = segmentations.sliding_window, count.sliding_window
        starts = [
            frames.closest_frame(window[chunk].start + 0.5 * frames.duration) for chunk in range(len(hard_clusters))
        ]
        votes = count_votes(segmentations.data, hard_clusters, starts, len(count.data))
        # a crop to its own extent may drop a frame at the end; pyannote does it
        votes = SlidingWindowFeature(votes, frames).crop(count.extent, return_data=False)
        count = count.crop(count.extent, return_data=False)
        return SlidingWindowFeature(select_speakers(votes.data, count.data[:, 0]), votes.sliding_window)

    @staticmethod
    def to_annotation(
        discrete_diarization: SlidingWindowFeature, min_duration_on: float = 0.0, min_duration_off: float = 0.0
    ) -> Annotation:
        """The turns in who has the floor, from the middle of a frame to the middle of another.

        Looks at where the floor changes; pyannote looks at each frame in turn, which takes seconds an hour.
        """
        if min_duration_on or min_duration_off:
            return SpeakerDiarization.to_annotation(discrete_diarization, min_duration_on, min_duration_off)
        frames, floor = discrete_diarization.sliding_window, discrete_diarization.data
        turns = Annotation()
        for speaker, (column, track) in enumerate(zip(floor.T, string_generator(), strict=False)):
            for first, end in find_active_runs(column):
                turn = Segment(frames[first].middle, frames[min(end, len(column) - 1)].middle)
                turns[turn, track] = speaker
        return turns


def _choose_masks(active: NDArray[np.uint8], least_frames: int) -> NDArray[np.uint8]:
    """The frames in which each voice speaks alone; all of its frames where these are too few."""
    alone = active * (active.sum(axis=2, keepdims=True) < 2)
    return np.where(alone.sum(axis=1, keepdims=True) > least_frames, alone, active)
