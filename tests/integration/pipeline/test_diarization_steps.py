"""The replaced steps of diarization against those of pyannote, on made-up arrays."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

os.environ["PYANNOTE_METRICS_ENABLED"] = "0"  # read at import

import torch
from pyannote.audio import Audio
from pyannote.audio.models.embedding import WeSpeakerResNet34
from pyannote.audio.models.embedding.xvector import XVectorMFCC
from pyannote.audio.pipelines import SpeakerDiarization
from pyannote.audio.pipelines.clustering import VBxClustering
from pyannote.audio.pipelines.speaker_verification import PyannoteAudioPretrainedSpeakerEmbedding
from pyannote.core import SlidingWindow, SlidingWindowFeature

from pipeline.engines.pyannote import low_memory
from pipeline.engines.pyannote.aggregation import find_active_runs
from pipeline.engines.pyannote.clustering import CappedClustering
from pipeline.engines.pyannote.low_memory import LowMemoryDiarization

FRAMES = SlidingWindow(start=0.0, duration=0.0619375, step=0.016875)  # those of community-1
CHUNKS = SlidingWindow(start=0.0, duration=10.0, step=1.0)


def make_chunks(seconds: int, speakers: int) -> tuple[SlidingWindowFeature, np.ndarray[Any, Any]]:
    """Segmentation and clusters of made-up talk: 589 frames a chunk, three voices, some silent."""
    rng = np.random.default_rng(seconds)
    chunks = seconds - 9
    active = np.repeat(rng.random((chunks, 31, 3)) < 0.4, 19, axis=1).astype(np.uint8)
    clusters = np.stack([rng.permutation(speakers)[:3] for _ in range(chunks)]).astype(np.int8)
    active[:, :, 2] *= rng.integers(0, 2, (chunks, 1), dtype=np.uint8)
    clusters[active.sum(axis=1) == 0] = -2
    return SlidingWindowFeature(active, CHUNKS), clusters


def as_float(active: SlidingWindowFeature) -> SlidingWindowFeature:
    return SlidingWindowFeature(active.data.astype(np.float32), active.sliding_window)


def bare(kind: type) -> Any:
    """A pipeline without models."""
    pipeline = kind.__new__(kind)
    super(SpeakerDiarization, pipeline).__init__()
    return pipeline


@pytest.mark.parametrize("speakers", [3, 4, 9])
def test_who_has_the_floor_is_what_pyannote_says(speakers: int) -> None:
    active, clusters = make_chunks(200, speakers)
    lean, stock = bare(LowMemoryDiarization), bare(SpeakerDiarization)
    count = lean.speaker_count(active, FRAMES, warm_up=(0.0, 0.0))
    of_pyannote = stock.speaker_count(as_float(active), FRAMES, warm_up=(0.0, 0.0))
    assert np.array_equal(count.data, of_pyannote.data)

    floor = lean.reconstruct(active, clusters, count)
    expected = stock.reconstruct(as_float(active), clusters, of_pyannote)
    assert floor.data.any()
    assert np.array_equal(floor.data, expected.data)
    turns, of_stock = lean.to_annotation(floor), stock.to_annotation(expected)
    assert list(turns.itertracks(yield_label=True)) == list(of_stock.itertracks(yield_label=True))


def test_more_speakers_at_once_than_there_are_get_a_column_each() -> None:
    active, clusters = make_chunks(60, 3)
    clusters[clusters > 0] = 0
    lean, stock = bare(LowMemoryDiarization), bare(SpeakerDiarization)
    count = lean.speaker_count(active, FRAMES, warm_up=(0.0, 0.0))
    assert count.data.max() > 1
    expected = stock.reconstruct(as_float(active), clusters, count).data
    assert np.array_equal(lean.reconstruct(active, clusters, count).data, expected)


@pytest.mark.parametrize(
    ("active", "stretches"),
    [([0, 0], []), ([1, 1], [(0, 2)]), ([0, 1, 1, 0, 1], [(1, 3), (4, 5)]), ([1, 0, 1], [(0, 1), (2, 3)])],
)
def test_stretches_are_found(active: list[int], stretches: list[tuple[int, int]]) -> None:
    assert find_active_runs(np.array(active, dtype=np.uint8)) == stretches


def test_putting_chunks_together_takes_little_memory() -> None:
    """Half an hour at community-1's pace; pyannote lays out 34 MB for four speakers, and as much in copies."""
    active, clusters = make_chunks(1800, 4)
    lean = bare(LowMemoryDiarization)
    count = lean.speaker_count(active, FRAMES, warm_up=(0.0, 0.0))
    tracemalloc.start()
    try:
        lean.reconstruct(active, clusters, count)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8e6


class Straight:
    """Stands in for a PLDA: the first values as they are."""

    phi = np.full(8, 20.0)

    def __call__(self, embeddings: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return embeddings * 10


def cluster(kind: type[VBxClustering]) -> np.ndarray[Any, Any]:
    """The clusters that are found of four speakers who take turns in 300 chunks, one voice in each."""
    rng = np.random.default_rng(3)
    speakers = np.arange(300) // 7 % 4
    embeddings = np.ones((300, 3, 8), dtype=np.float32)
    embeddings[:, 0] = np.eye(8)[speakers] + 0.1 * rng.normal(size=(300, 8))
    active = np.zeros((300, 100, 3), dtype=np.uint8)
    active[:, :, 0] = 1
    clustering = kind(Straight(), metric="cosine")
    clustering.instantiate({"threshold": 0.6, "Fa": 0.4, "Fb": 3.0})
    found, _, _ = clustering(embeddings, SlidingWindowFeature(active, CHUNKS), min_clusters=1, max_clusters=np.inf)
    pairs = set(zip(speakers.tolist(), found[:, 0].tolist(), strict=True))
    assert len(pairs) == 4  # each speaker has a cluster
    return np.asarray(found[:, 0])


def test_below_the_cap_clusters_are_those_of_vbx() -> None:
    assert np.array_equal(cluster(CappedClustering), cluster(VBxClustering))


def test_above_the_cap_everybody_still_goes_to_the_right_speaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CappedClustering, "most_embeddings", 60)
    assert np.array_equal(cluster(CappedClustering), cluster(VBxClustering))


def embed_both_ways(
    embedding: Any,
    seconds: float,
    window: SlidingWindow,
    active: np.ndarray[Any, Any],
    exclude_overlap: bool,
    batch_size: int = 2,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The embeddings of voices in chunks of noise, ours and pyannote's own."""
    sound = torch.randn(1, int(16_000 * seconds)) * torch.sin(torch.arange(16_000 * seconds) / 9_000)
    file = {"waveform": sound, "sample_rate": 16_000}
    found = []
    for kind in (LowMemoryDiarization, SpeakerDiarization):
        pipeline = bare(kind)
        pipeline._embedding = PyannoteAudioPretrainedSpeakerEmbedding(embedding)
        pipeline._audio, pipeline.embedding_batch_size = Audio(16_000, "downmix"), batch_size
        segmentation = SlidingWindowFeature(active, window)
        found.append(pipeline.get_embeddings(file, segmentation, exclude_overlap=exclude_overlap))
    return found[0], found[1]


def make_activity(chunks: int) -> np.ndarray[Any, Any]:
    """Who speaks in which frame, at random: (chunks, frames, voices)."""
    active = (np.random.default_rng(0).random((chunks, 60, 3)) < 0.4).astype(np.uint8)
    active[1], active[3, :, 1] = 0, 0  # a silent chunk, a silent voice
    active[4, :, 0], active[4, :, 1] = 1, 1  # a voice that is never alone
    return active


@pytest.mark.parametrize("exclude_overlap", [True, False])
def test_one_hearing_for_all_voices_gives_the_embeddings_of_one_for_each(
    exclude_overlap: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the architecture of community-1's embedding model and made-up weights, taken for a kind that is unknown."""
    torch.manual_seed(0)
    monkeypatch.setattr(low_memory, "halve", lambda _: None)
    active = make_activity(5)
    window = SlidingWindow(start=0.0, duration=1.0, step=0.5)
    lean, stock = embed_both_ways(WeSpeakerResNet34(), 3.0, window, active, exclude_overlap)
    speaks = active.any(axis=1)
    assert lean.shape == stock.shape == (5, 3, 256)
    assert lean.dtype == stock.dtype
    np.testing.assert_allclose(lean[speaks], stock[speaks], rtol=1e-3, atol=1e-6)
    assert np.isfinite(lean).all()
    assert np.linalg.norm(lean, axis=2).min() > 0


MFCC = {"melkwargs": {"n_fft": 512, "hop_length": 320, "n_mels": 64}}


@pytest.mark.parametrize("model", [WeSpeakerResNet34, lambda: XVectorMFCC(mfcc=MFCC)], ids=["ResNet", "x-vector"])
@pytest.mark.parametrize("batch_size", [1, 8])  # one block at a time, or four
@pytest.mark.parametrize("seconds", [12.0, 50.0, 130.0])
def test_frames_that_chunks_share_give_almost_the_embeddings_of_each_chunk_by_itself(
    model: Callable[[], Any], seconds: float, batch_size: int
) -> None:
    torch.manual_seed(0)
    window = SlidingWindow(start=0.0, duration=10.0, step=(seconds - 10.0) / 8)
    active = make_activity(9)
    shared, single = embed_both_ways(model(), seconds, window, active, exclude_overlap=True, batch_size=batch_size)
    speaks = active.any(axis=1)
    assert shared.shape == single.shape
    assert np.isfinite(shared).all()
    products = (shared[speaks] * single[speaks]).sum(axis=1)
    likeness = products / np.linalg.norm(shared[speaks], axis=1) / np.linalg.norm(single[speaks], axis=1)
    assert likeness.min() > 0.95
