"""speakrs as the pipeline uses it: its own interface, its errors, and that it stops."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import speakrs

from model_store.catalogue import EXTRA_DIARIZATION
from pipeline.diarize import DiarizeOptions, numbers_ignored
from pipeline.engines.catalogue import SPEAKRS
from pipeline.engines.pyannote.engine import PyannoteDiarizer
from pipeline.engines.speakrs.engine import SpeakrsDiarizer
from pipeline.errors import Cancelled, OutOfMemory
from pipeline.recap import SpeakerTurn

SECOND = np.zeros(16_000, dtype=np.float32)
ANY = DiarizeOptions()


def scripted(diarize_samples: Any) -> SpeakrsDiarizer:
    """A diarizer whose model is a function."""
    diarizer = SpeakrsDiarizer(Path("nowhere"), "cpu")
    diarizer._model = SimpleNamespace(diarize_samples=diarize_samples)
    return diarizer


def test_its_model_has_the_files_and_the_revision_that_this_version_asks_for() -> None:
    for mode in ("CPU", "CUDA"):
        assert mode in speakrs.available_modes()
        assert set(speakrs.required_model_files(mode)) == set(SPEAKRS.needs)
    assert EXTRA_DIARIZATION.repository == speakrs.DEFAULT_MODEL_REPOSITORY
    assert EXTRA_DIARIZATION.revision == speakrs.DEFAULT_MODEL_REVISION


def test_turns_that_overlap_stay_and_what_lies_after_the_end_goes() -> None:
    def find(_sound: Any, cancel_token: Any) -> Any:
        turns = [speakrs.Segment(0.1, 0.6, "SPEAKER_00"), speakrs.Segment(0.5, 9.97, "SPEAKER_01")]
        return SimpleNamespace(
            segments=[*turns, speakrs.Segment(3.0, 4.0, "SPEAKER_00")],
            exclusive_segments=[turns[0], speakrs.Segment(0.6, 9.97, "SPEAKER_01")],
        )

    found = scripted(find).diarize(SECOND, ANY, lambda _share: None)
    assert found.turns == (SpeakerTurn(0.1, 0.6, "SPEAKER_00"), SpeakerTurn(0.5, 1.0, "SPEAKER_01"))
    assert found.exclusive == (SpeakerTurn(0.1, 0.6, "SPEAKER_00"), SpeakerTurn(0.6, 1.0, "SPEAKER_01"))


def test_cancelling_tells_speakrs_to_stop_and_waits_until_it_has() -> None:
    ended: list[bool] = []

    def work(_sound: Any, cancel_token: Any) -> Any:
        reached.set()
        while not cancel_token.cancelled:
            threading.Event().wait(0.01)
        ended.append(True)
        raise speakrs.SpeakrsError("cancelled", "cancelled", "operation was cancelled")

    def stop(_share: float) -> None:
        if reached.is_set():
            raise Cancelled

    reached = threading.Event()
    with pytest.raises(Cancelled):
        scripted(work).diarize(SECOND, ANY, stop)
    assert ended == [True]


def test_memory_that_runs_out_is_told_and_other_errors_come_out() -> None:
    def fail(message: str) -> Any:
        def diarize_samples(_sound: Any, cancel_token: Any) -> Any:
            raise speakrs.SpeakrsError("pipeline", "pipeline", message)

        return diarize_samples

    with pytest.raises(OutOfMemory):
        scripted(fail("CUDA_ERROR_OUT_OF_MEMORY: out of memory")).diarize(SECOND, ANY, lambda _share: None)
    with pytest.raises(speakrs.SpeakrsError, match="no such kernel"):
        scripted(fail("no such kernel")).diarize(SECOND, ANY, lambda _share: None)


def test_a_number_of_speakers_that_it_cannot_use_is_told() -> None:
    two, folder = DiarizeOptions(num_speakers=2), Path("nowhere")
    found = numbers_ignored(SpeakrsDiarizer(folder, "cpu"), two)
    assert found is not None
    assert (found.code, "DIARIZATION_ENGINE" in found.hint) == ("speakers_not_limited", True)
    assert numbers_ignored(SpeakrsDiarizer(folder, "cpu"), ANY) is None
    assert numbers_ignored(PyannoteDiarizer(folder, "cpu"), two) is None
