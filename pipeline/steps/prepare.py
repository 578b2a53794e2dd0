"""Step `prepare`: decode the upload to 16 kHz samples, and make the sound that browsers play."""

from __future__ import annotations

import logging
import os
import time

from pipeline.audio import decode
from pipeline.catalogue import CHANNELS_SUFFIX, PLAYBACK_SUFFIX
from pipeline.decode.limits import DecodeLimits
from pipeline.playback import EncodingFailed, write_playback
from pipeline.recap import StageReport
from pipeline.request import Audio
from pipeline.samples import StoredSamples, compute_peaks
from pipeline.steps.context import StepContext

log = logging.getLogger(__name__)


def prepare(context: StepContext, limits: DecodeLimits) -> Audio:
    """Decode the upload unless its samples are there. Raises the errors of a bad file, see `pipeline.audio.decode`."""
    context.monitor.use("audio", context.audio_key)
    if _is_done(context):
        keep_playback(context)
    else:
        context.monitor.enter("prepare")
        _decode(context, limits)
    audio: Audio = context.results.read(context.audio_key, Audio)
    return audio


def keep_playback(context: StepContext) -> None:
    """Make the sound that browsers play, unless it is there. A recap can do without: what fails but the disk is logged.

    Recordings from before there was such a sound get it when their PDF is made again.
    """
    store, key = context.store, context.audio_key
    path = store.find(key, ".f16")
    if path is None or store.find(key, PLAYBACK_SUFFIX):
        return
    try:
        with store.publish(key, PLAYBACK_SUFFIX) as target:
            # nothing but a checkpoint: the stage is as good as done
            write_playback(StoredSamples(path), target, lambda _: context.monitor.progress(1.0))
    except EncodingFailed as error:
        log.warning("no sound for the player: %s", type(error.__cause__).__name__)


def _is_done(context: StepContext) -> bool:
    find, key = context.store.find, context.audio_key
    if not (find(key, ".f16") and find(key, ".json")):
        return False
    audio: Audio = context.results.read(key, Audio, listed=False)
    return audio.info.separate is None or find(key, CHANNELS_SUFFIX) is not None


def _decode(context: StepContext, limits: DecodeLimits) -> None:
    began = time.monotonic()
    request, key = context.request, context.audio_key
    with context.store.publish(key, ".f16") as path:
        apart = path.with_name(f"{path.name}.apart")
        try:
            info = decode(
                request.upload, path, limits,
                track=request.track, channels=request.channels, apart=apart, on_progress=context.monitor.progress,
            )  # fmt: skip
            if info.separate is not None:
                with context.store.publish(key, CHANNELS_SUFFIX) as channels:
                    os.replace(apart, channels)
        finally:
            apart.unlink(missing_ok=True)
        audio = Audio(info, tuple(compute_peaks(StoredSamples(path))))
    keep_playback(context)
    seconds = time.monotonic() - began
    settings = f"{info.codec} in {info.container}, {info.sample_rate} Hz"
    if info.separate is not None:
        settings += f"; {info.separate.name}, one by one"
    report = StageReport("prepare", "PyAV", settings, round(seconds, 3))
    context.results.write(context.audio_key, audio, Audio, report)
    context.monitor.saved()
    context.monitor.took("prepare", "PyAV", seconds)
