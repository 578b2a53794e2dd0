"""pyannote's SpeakerDiarization in less memory and time. Loads pyannote: only for workers.

Written for pyannote.audio 4.0.7; each replaced step says how it differs.
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
from pyannote.core import Annotation, Segment, SlidingWindow, SlidingWindowFeature
from pyannote.core.utils.generators import string_generator

from pipeline.engines.pyannote.aggregation import count_votes, find_active_runs, select_speakers
from pipeline.engines.pyannote.clustering import CappedClustering
from pipeline.engines.pyannote.shared_frames import BLOCK_SECONDS, SharedFrames, halve

POOLED_AT_ONCE = 4  # chunks whose frames are at hand; progress moves with each


def use_low_memory(pipeline: Any) -> Any:
    """Make a loaded pipeline use less memory; a pipeline of another kind is returned unchanged.

    Requires a segmentation whose output is 0 or 1 (powerset), an embedding model of pyannote, and VBx.
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
    """Takes samples of half precision, and stores each 0 or 1 in a byte; pyannote stores them as float32."""

    def infer(self, chunks: torch.Tensor) -> NDArray[np.uint8]:
        """Who speaks in a batch of chunks: (batch, frames, voices)."""
        return np.asarray(super().infer(chunks.float())).astype(np.uint8)


class LowMemoryDiarization(SpeakerDiarization):  # type: ignore[misc]
    """Who speaks when, for recordings of any length."""

    def get_embeddings(
        self,
        file: Any,
        binary_segmentations: SlidingWindowFeature,
        exclude_overlap: bool = False,
        hook: Callable[..., None] | None = None,
    ) -> NDArray[np.float32]:
        """The embedding of each voice in each chunk: (chunks, voices, dimension).

        Each second of sound is heard once, see `shared_frames`; pyannote hears it in each chunk for each voice. Silent
        chunks are skipped: their embeddings are never used.
        """
        window, active = binary_segmentations.sliding_window, binary_segmentations.data
        chunks, frames, voices = active.shape
        least = self._least_frames(window.duration, frames) if exclude_overlap else None
        speaking = np.flatnonzero(active.any(axis=(1, 2))).tolist()
        embeddings = np.ones(
            (chunks, voices, self._embedding.dimension), dtype=np.float32
        )  # zero vectors have no direction
        embed, size = self._choose_embedder(file, window)
        for first in range(0, len(speaking), size):
            if hook is not None:
                hook("embeddings", None, total=len(speaking), completed=first)
            batch = speaking[first : first + size]
            masks = active[batch] if least is None else _choose_masks(active[batch], least)
            embeddings[batch] = embed(batch, masks)
        return embeddings

    def _choose_embedder(
        self, file: Any, window: SlidingWindow
    ) -> tuple[Callable[[list[int], NDArray[np.uint8]], NDArray[np.float32]], int]:
        """What embeds voices of chunks in the frames of masks: (chunks, voices, dimension); and of how many."""
        size = self.embedding_batch_size
        halves = halve(self._embedding.model_)
        if halves is None or file["sample_rate"] != self._embedding.sample_rate:
            return lambda batch, masks: self._embed_chunks(file, [window[chunk] for chunk in batch], masks), size
        blocks = max(1, int(size * window.duration / BLOCK_SECONDS))
        shared = SharedFrames(halves, file["waveform"], self._embedding.device, blocks)
        return (
            lambda batch, masks: shared.embed([window[chunk].start for chunk in batch], window.duration, masks),
            POOLED_AT_ONCE,
        )

    def _embed_chunks(self, file: Any, chunks: list[Segment], masks: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The model processes a chunk once and pools the result for each voice; pyannote once per voice."""
        sounds = torch.stack([self._audio.crop(file, chunk, mode="pad")[0] for chunk in chunks]).float()
        weights = np.ascontiguousarray(masks.transpose(0, 2, 1), dtype=np.float32)
        return np.asarray(self._embedding(sounds, masks=torch.from_numpy(weights)))

    def _least_frames(self, seconds: float, frames: int) -> int:
        """The number of frames that the embedding model needs, in a chunk of this length in seconds and frames."""
        samples: float = seconds * self._embedding.sample_rate
        least: int = self._embedding.min_num_samples
        return math.ceil(frames * least / samples)

    def reconstruct(
        self, segmentations: SlidingWindowFeature, hard_clusters: NDArray[np.signedinteger], count: SlidingWindowFeature
    ) -> SlidingWindowFeature:
        """Who speaks in each frame of the recording, 0 or 1: (frames, speakers).

        Adds up chunk by chunk; pyannote first builds (chunks, frames, speakers) in float64.
        """
        window, frames = segmentations.sliding_window, count.sliding_window
        starts = [
            frames.closest_frame(window[chunk].start + 0.5 * frames.duration) for chunk in range(len(hard_clusters))
        ]
        votes = count_votes(segmentations.data, hard_clusters, starts, len(count.data))
        # cropping to its own extent can drop a frame at the end; pyannote does so too
        votes = SlidingWindowFeature(votes, frames).crop(count.extent, return_data=False)
        count = count.crop(count.extent, return_data=False)
        return SlidingWindowFeature(select_speakers(votes.data, count.data[:, 0]), votes.sliding_window)

    @staticmethod
    def to_annotation(
        discrete_diarization: SlidingWindowFeature, min_duration_on: float = 0.0, min_duration_off: float = 0.0
    ) -> Annotation:
        """The turns of each speaker, from the middle of a frame to the middle of another.

        Visits only the frames at which the speaker changes; pyannote visits every frame, which takes seconds an hour.
        """
        if min_duration_on or min_duration_off:
            return SpeakerDiarization.to_annotation(discrete_diarization, min_duration_on, min_duration_off)
        frames, active = discrete_diarization.sliding_window, discrete_diarization.data
        turns = Annotation()
        for speaker, (column, track) in enumerate(zip(active.T, string_generator(), strict=False)):
            for first, end in find_active_runs(column):
                turn = Segment(frames[first].middle, frames[min(end, len(column) - 1)].middle)
                turns[turn, track] = speaker
        return turns


def _choose_masks(active: NDArray[np.uint8], least_frames: int) -> NDArray[np.uint8]:
    """The frames in which each voice speaks alone, or all of its frames if those are too few."""
    alone = active * (active.sum(axis=2, keepdims=True) < 2)
    return np.where(alone.sum(axis=1, keepdims=True) > least_frames, alone, active)
