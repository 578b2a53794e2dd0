"""Speaker diarization with pyannote.audio: who speaks when."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.diarize import Diarization, DiarizeOptions
from pipeline.engines.lazy_model import LazyModel
from pipeline.engines.place import Place
from pipeline.errors import DiarizationMissing, OutOfMemory, is_out_of_memory
from pipeline.recap import SpeakerTurn
from pipeline.samples import SAMPLE_RATE, Samples, as_array
from pipeline.voice_activity import TimeSpan

#: Where each step begins and ends, as a share of the whole. Clustering runs between the last two.
STEP_SHARES = {
    "segmentation": (0.0, 0.15),
    "speaker_counting": (0.15, 0.15),
    "embeddings": (0.15, 0.97),
    "discrete_diarization": (0.99, 0.99),
}
#: Warnings of pyannote about what is intended: audio comes from memory, not from torchcodec; the embedding model is
#: tried on ever shorter audio; TF32 is off.
KNOWN_WARNINGS = (
    r"\s*torchcodec is not installed correctly",
    r"std\(\): degrees of freedom is <= 0",
    r"TensorFloat-32 \(TF32\) has been disabled",
)


def create(folder: Path, place: Place) -> PyannoteDiarizer:
    """The diarizer of a model folder, not yet loaded."""
    return PyannoteDiarizer(folder, place.device, place.before_load)


class PyannoteDiarizer(LazyModel):
    """A pyannote pipeline; `model` is the `pyannote.audio.Pipeline`."""

    takes_numbers = True

    @property
    def manner(self) -> str:
        return f"float32 on {self.device}"

    def unload(self) -> None:
        if self.is_loaded:
            import torch

            super().unload()
            torch.cuda.empty_cache()

    def _load(self) -> Any:
        if not (self.folder / "config.yaml").is_file():
            raise DiarizationMissing(
                f"The speakers were not identified: the diarization model {self.folder.name} is not installed. "
                "The transcript is complete."
            )
        os.environ["PYANNOTE_METRICS_ENABLED"] = "0"  # read at import; else pyannote reports durations and counts
        os.environ["HF_HUB_OFFLINE"] = "1"
        for message in KNOWN_WARNINGS:
            warnings.filterwarnings("ignore", message, UserWarning)
        import torch
        from pyannote.audio import Pipeline

        from pipeline.engines.pyannote.low_memory import use_low_memory

        # more threads than cores only wait for one another
        torch.set_num_threads(min(torch.get_num_threads(), len(os.sched_getaffinity(0))))
        try:
            pipeline = Pipeline.from_pretrained(self.folder)
        except Exception as error:  # a broken model can raise anything
            raise DiarizationMissing(
                f"The speakers were not identified: the diarization model {self.folder.name} cannot be loaded."
            ) from error
        return use_low_memory(pipeline.to(torch.device(self.device)))

    def diarize(self, pcm: Samples, options: DiarizeOptions, on_progress: Callable[[float], None]) -> Diarization:
        """Identify the speakers in 16 kHz mono samples. `on_progress` gets 0..1 and may raise to stop."""
        import torch

        def hook(step: str, _artifact: Any, file: Any = None, total: int | None = None, completed: int = 0) -> None:
            first, last = STEP_SHARES.get(step, (0.99, 0.99))
            on_progress(first + (last - first) * min(1.0, completed / total) if total else last)

        pipeline = self.model  # loaded first: importing it without its settings would make connections
        from pipeline.engines.pyannote.low_memory import LowMemoryDiarization

        waveform = torch.from_numpy(as_array(pcm))[None]
        if not isinstance(pipeline, LowMemoryDiarization):  # which makes chunks float32 as it takes them
            waveform = waveform.float()
        limits = {
            "num_speakers": options.num_speakers,
            "min_speakers": options.min_speakers,
            "max_speakers": options.max_speakers,
        }
        try:
            output = pipeline({"waveform": waveform, "sample_rate": SAMPLE_RATE}, hook=hook, **limits)
        except (RuntimeError, MemoryError) as error:
            if is_out_of_memory(error):
                raise OutOfMemory("The machine ran out of memory while identifying the speakers.") from error
            raise
        on_progress(1.0)
        return Diarization(_turns(output.speaker_diarization), _turns(output.exclusive_speaker_diarization))

    def embed_voices(
        self, pcm: Samples, spans: Sequence[TimeSpan], on_progress: Callable[[float], None]
    ) -> NDArray[np.float32] | None:
        """The voice in each stretch as a vector of length 1: (stretches, dimension). None: the model cannot tell."""
        pipeline = self.model
        from pyannote.audio.pipelines.speaker_verification import PyannoteAudioPretrainedSpeakerEmbedding

        from pipeline.engines.pyannote.voice_embedding import embed_stretches

        model = getattr(pipeline, "_embedding", None)
        if not isinstance(model, PyannoteAudioPretrainedSpeakerEmbedding):
            return None
        try:
            return embed_stretches(model, pcm, spans, on_progress)
        except (RuntimeError, MemoryError) as error:
            if is_out_of_memory(error):
                raise OutOfMemory("The machine ran out of memory while comparing voices.") from error
            raise


def _turns(annotation: Any) -> tuple[SpeakerTurn, ...]:
    tracks = annotation.itertracks(yield_label=True)
    return tuple(
        SpeakerTurn(round(float(span.start), 3), round(float(span.end), 3), str(label)) for span, _, label in tracks
    )
