"""Measures the voices of a recording's speakers, for people who let names be proposed by voice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.recap import Transcript
from pipeline.request import Engines
from pipeline.samples import StoredSamples
from pipeline.speakers.compare import mean_voices
from pipeline.steps.context import StepContext


@dataclass(frozen=True, slots=True)
class VoicePrints:
    """The voice of each speaker (by id) as float32 bytes of a vector of length 1, by the model of this identity."""

    engine: str
    by_speaker: dict[str, bytes]


def measure_voices(context: StepContext, engines: Engines, transcript: Transcript) -> VoicePrints | None:
    """The voices of all speakers with turns, in the mix of all channels.

    None where there are no speakers, or where the model cannot tell voices. Raises what the diarizer raises.
    """
    path = context.store.find(context.audio_key, ".f16")
    speakers = [one.id for one in transcript.speakers if any(turn.speaker == one.id for turn in transcript.turns)]
    if path is None or not speakers:
        return None
    diarizer, engine = engines.diarizer()
    voices = mean_voices(
        speakers, transcript.turns, StoredSamples(path), diarizer, lambda _: context.monitor.progress(1.0)
    )
    if voices is None:
        return None
    found = {one: np.asarray(voice, np.float32).tobytes() for one, voice in zip(speakers, voices, strict=True)}
    return VoicePrints(engine.identity, found)
