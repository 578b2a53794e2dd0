"""Speaker diarization with speakrs: the method of pyannote's community-1 in Rust, without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.diarize import Diarization, DiarizeOptions
from pipeline.engines.catalogue import SPEAKRS
from pipeline.engines.lazy_model import LazyModel
from pipeline.engines.place import Place
from pipeline.errors import DiarizationMissing, OutOfMemory, is_out_of_memory
from pipeline.recap import SpeakerTurn
from pipeline.samples import SAMPLE_RATE, Samples, as_array
from pipeline.voice_activity import TimeSpan

#: How often the work is looked after: speakrs itself tells only when it begins and ends.
WATCH_SECONDS = 0.25


def create(folder: Path, place: Place) -> SpeakrsDiarizer:
    """The diarizer of a model folder, not yet loaded."""
    return SpeakrsDiarizer(folder, place.device, place.before_load)


class SpeakrsDiarizer(LazyModel):
    """A speakrs pipeline; `model` is the `speakrs.Pipeline`."""

    takes_numbers = False

    @property
    def manner(self) -> str:
        return f"float32 on {self.device}, speakers counted by itself"

    def _load(self) -> Any:
        name = self.folder.name
        if not self.folder.is_dir() or not SPEAKRS.owns(self.folder):
            raise DiarizationMissing(
                f"The speakers were not identified: the diarization model {name} is not installed. "
                "The transcript is complete.",
                "Install it with `flask models pull diarization --model speakrs`, then try again.",
            )
        try:
            import speakrs
        except ImportError as error:
            raise DiarizationMissing(
                "The speakers were not identified: speakrs is not installed. The transcript is complete.", SPEAKRS.hint
            ) from error
        try:
            # with the folder named, nothing is ever downloaded
            prepared = speakrs.prepare("CUDA" if self.device == "cuda" else "CPU", model_dir=self.folder)
            return speakrs.Pipeline.from_prepared(prepared)
        except speakrs.SpeakrsError as error:
            if is_out_of_memory(error):
                raise OutOfMemory() from error
            raise DiarizationMissing(
                f"The speakers were not identified: the diarization model {name} cannot be loaded."
            ) from error

    def diarize(self, pcm: Samples, options: DiarizeOptions, on_progress: Callable[[float], None]) -> Diarization:
        """Identify the speakers in 16 kHz mono samples; the numbers in `options` are not used.

        `on_progress` gets 0 while the work is under way, then 1. If it raises, speakrs is told to stop, which it does
        after the stage that it is in; until then this waits, so that no work goes on unseen.
        """
        import speakrs

        pipeline = self.model
        sound = np.ascontiguousarray(as_array(pcm), dtype=np.float32)
        token = speakrs.CancelToken()
        with ThreadPoolExecutor(max_workers=1) as pool:
            work = pool.submit(pipeline.diarize_samples, sound, cancel_token=token)
            try:
                _watch(work, on_progress)
            except BaseException:
                token.cancel()
                raise
        try:
            found = work.result()
        except (speakrs.SpeakrsError, MemoryError) as error:
            if is_out_of_memory(error):
                raise OutOfMemory("The machine ran out of memory while identifying the speakers.") from error
            raise
        on_progress(1.0)
        seconds = len(sound) / SAMPLE_RATE
        return Diarization(_turns(found.segments, seconds), _turns(found.exclusive_segments, seconds))

    def embed_voices(
        self, pcm: Samples, spans: Sequence[TimeSpan], on_progress: Callable[[float], None]
    ) -> NDArray[np.float32] | None:
        """None: speakrs does not give its embeddings away."""
        return None


def _watch(work: Future[Any], on_progress: Callable[[float], None]) -> None:
    while not work.done():
        on_progress(0.0)
        wait([work], WATCH_SECONDS)


def _turns(segments: Sequence[Any], seconds: float) -> tuple[SpeakerTurn, ...]:
    """The turns, cut at the end of the recording: speakrs fills the last window up with silence, and counts that."""
    return tuple(
        SpeakerTurn(round(one.start, 3), round(min(one.end, seconds), 3), str(one.speaker))
        for one in segments
        if one.start < seconds
    )
