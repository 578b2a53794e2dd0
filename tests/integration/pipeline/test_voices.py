from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.pyannote.engine import PyannoteDiarizer
from pipeline.errors import Cancelled, OutOfMemory
from pipeline.voice_activity import TimeSpan

MODEL = Path(__file__).resolve().parents[3] / "demo" / "diarization-demo"

pytestmark = pytest.mark.speech


@pytest.fixture(scope="module")
def diarizer() -> PyannoteDiarizer:
    return PyannoteDiarizer(MODEL, "cpu")


def hum(pitch: float, seconds: float) -> np.ndarray:
    """A buzz with many harmonics, something like a voice."""
    time = np.arange(int(seconds * 16_000)) / 16_000
    return sum(np.sin(2 * np.pi * pitch * n * time) / n for n in range(1, 20)).astype(np.float32) / 8


def test_stretches_of_all_lengths_have_a_voice_of_length_one(diarizer: PyannoteDiarizer) -> None:
    sound = hum(120, 30)
    spans = [TimeSpan(0.0, 0.05), TimeSpan(5.0, 5.7), TimeSpan(2.0, 25.0), TimeSpan(29.9, 30.0), TimeSpan(29.0, 31.0)]
    voices = diarizer.embed_voices(sound, spans, lambda _: None)
    assert voices.shape == (5, diarizer.model._embedding.dimension)
    assert np.allclose(np.linalg.norm(voices, axis=1), 1.0, atol=1e-5)


def test_batches_change_no_voice(diarizer: PyannoteDiarizer) -> None:
    sound = np.concatenate([hum(110, 20), hum(220, 20)])
    spans = [TimeSpan(float(n), n + 1.0 + n % 3) for n in range(36)]
    together = diarizer.embed_voices(sound, spans, lambda _: None)
    alone = np.concatenate([diarizer.embed_voices(sound, [span], lambda _: None) for span in spans])
    assert np.abs(together - alone).max() < 1e-4


def test_progress_reaches_the_end_and_may_stop_the_work(diarizer: PyannoteDiarizer) -> None:
    seen: list[float] = []
    spans = [TimeSpan(n / 2, n / 2 + 0.4 + n / 10) for n in range(10)]
    diarizer.embed_voices(hum(120, 20), spans, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(_fraction: float) -> None:
        raise Cancelled()

    with pytest.raises(Cancelled):
        diarizer.embed_voices(hum(120, 20), spans, stop)


def test_a_pipeline_without_an_embedding_model_says_that_it_cannot_tell() -> None:
    diarizer = PyannoteDiarizer(MODEL, "cpu")
    diarizer.model._embedding = object()
    assert diarizer.embed_voices(hum(120, 2), [TimeSpan(0, 1)], lambda _: None) is None


def test_memory_that_runs_out_is_told_as_such(diarizer: PyannoteDiarizer, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_args: object) -> None:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(diarizer.model._embedding.model_, "forward", burst)
    with pytest.raises(OutOfMemory):
        diarizer.embed_voices(hum(120, 2), [TimeSpan(0, 1)], lambda _: None)
