"""Step `prepare`: decode the upload to 16 kHz mono samples."""

from __future__ import annotations

import time

from pipeline.audio import decode
from pipeline.decode.limits import DecodeLimits
from pipeline.recap import StageReport
from pipeline.request import Audio
from pipeline.samples import StoredSamples, compute_peaks
from pipeline.steps.context import StepContext


def prepare(context: StepContext, limits: DecodeLimits) -> Audio:
    """Decode the upload unless its samples are there. Raises the errors of a bad file, see `pipeline.audio.decode`."""
    context.monitor.use("audio", context.audio_key)
    if not all(context.store.find(context.audio_key, suffix) for suffix in (".f16", ".json")):
        context.monitor.enter("prepare")
        _decode(context, limits)
    audio: Audio = context.results.read(context.audio_key, Audio)
    return audio


def _decode(context: StepContext, limits: DecodeLimits) -> None:
    began = time.monotonic()
    with context.store.publish(context.audio_key, ".f16") as path:
        request, on_progress = context.request, context.monitor.progress
        info = decode(request.upload, path, limits, track=request.track, on_progress=on_progress)
        audio = Audio(info, tuple(compute_peaks(StoredSamples(path))))
    seconds = time.monotonic() - began
    settings = f"{info.codec} in {info.container}, {info.sample_rate} Hz"
    report = StageReport("prepare", "PyAV", settings, round(seconds, 3))
    context.results.write(context.audio_key, audio, Audio, report)
    context.monitor.saved()
    context.monitor.took("prepare", "PyAV", seconds)
