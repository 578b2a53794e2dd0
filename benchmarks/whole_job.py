"""The two ways that `benchmarks.whole` compares, each run in a process of its own.

    python -m benchmarks.whole_job ours|stock RECORDING WHISPER DIARIZATION OUTPUT

Writes the transcript to OUTPUT and prints one JSON object: wall and CPU seconds without imports of Python, peak memory,
and the seconds of each stage.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from benchmarks.folder_store import FolderStore, StageClock
from pipeline.decode.limits import DecodeLimits
from pipeline.engines.faster_whisper.engine import WhisperRecognizer
from pipeline.engines.pyannote.engine import PyannoteDiarizer
from pipeline.recap import Notice, Segment, Speaker, SpeakerTurn, Transcript, to_json
from pipeline.request import Engine, Request
from pipeline.steps.context import StepContext
from pipeline.steps.listen import listen
from pipeline.summarize.engine import Summarizer

BATCH_SIZE = 8
SAMPLE_RATE = 16_000
Seconds = dict[str, float]


class FolderEngines:
    """The models of two folders on the CPU."""

    batch_size = BATCH_SIZE
    notices: tuple[Notice, ...] = ()

    def __init__(self, whisper: Path, diarization: Path) -> None:
        self._recognizer = WhisperRecognizer(whisper, "cpu", "int8", len(os.sched_getaffinity(0)))
        self._diarizer = PyannoteDiarizer(diarization, "cpu")

    def recognizer(self) -> tuple[WhisperRecognizer, Engine]:
        """The recogniser, not loaded yet."""
        return self._recognizer, Engine("whisper", "", "")

    def diarizer(self) -> tuple[PyannoteDiarizer, Engine]:
        """The diarizer, not loaded yet."""
        return self._diarizer, Engine("pyannote", "", "")

    def summarizer(self, model: str | None) -> tuple[Summarizer, Notice | None]:
        """Nothing is summarised here."""
        raise NotImplementedError


def run_ours(recording: Path, whisper: Path, diarization: Path) -> tuple[Transcript, Seconds]:
    """The steps `prepare` and `listen` as a worker runs them."""
    with tempfile.TemporaryDirectory() as folder:
        request = Request("r", "u", recording, "", recording.name, recording.stat().st_size, "0" * 64, "")
        clock = StageClock()
        context = StepContext(request, FolderStore(Path(folder)), clock)
        heard = listen(context, FolderEngines(whisper, diarization), DecodeLimits(24 * 3600.0))
        return heard.transcript, clock.seconds


def run_stock(recording: Path, whisper: Path, diarization: Path) -> tuple[Transcript, Seconds]:
    """The parts as their documentation shows them: each segment goes to the speaker whose turns overlap it most."""
    import torch
    from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio
    from pyannote.audio import Pipeline

    took: Seconds = {}
    clock = _Clock(took)
    audio = decode_audio(str(recording), sampling_rate=SAMPLE_RATE)
    clock.lap("prepare")
    model = WhisperModel(str(whisper), device="cpu", compute_type="int8", local_files_only=True)
    found, info = BatchedInferencePipeline(model).transcribe(audio, batch_size=BATCH_SIZE, word_timestamps=True)
    segments = list(found)
    clock.lap("transcribe")
    output = Pipeline.from_pretrained(diarization)({"waveform": torch.from_numpy(audio)[None], "sample_rate": 16_000})
    turns = [
        SpeakerTurn(float(span.start), float(span.end), str(label))
        for span, _, label in output.speaker_diarization.itertracks(yield_label=True)
    ]
    clock.lap("diarize")
    texts = tuple(
        Segment(f"s{n}", one.start, one.end, one.text.strip(), _speaker_of(one.start, one.end, turns))
        for n, one in enumerate(segments, 1)
    )
    names = sorted({turn.speaker for turn in turns})
    speakers = tuple(Speaker(name, name, 0.0) for name in names)
    return Transcript(info.language, 1.0, len(audio) / SAMPLE_RATE, speakers, texts, tuple(turns)), took


def _speaker_of(start: float, end: float, turns: list[SpeakerTurn]) -> str | None:
    shared: dict[str, float] = {}
    for turn in turns:
        overlap = min(end, turn.end) - max(start, turn.start)
        if overlap > 0:
            shared[turn.speaker] = shared.get(turn.speaker, 0.0) + overlap
    return max(shared, key=lambda speaker: shared[speaker], default=None)


class _Clock:
    def __init__(self, took: Seconds) -> None:
        self.took, self.began = took, time.monotonic()

    def lap(self, stage: str) -> None:
        self.took[stage], self.began = round(time.monotonic() - self.began, 2), time.monotonic()


WAYS: dict[str, Callable[[Path, Path, Path], tuple[Transcript, Seconds]]] = {"ours": run_ours, "stock": run_stock}


def main() -> None:
    """Run one way; see the module's docstring."""
    warnings.simplefilter("ignore")
    os.environ["PYANNOTE_METRICS_ENABLED"], os.environ["HF_HUB_OFFLINE"] = "0", "1"
    way, recording, whisper, diarization, output = sys.argv[1], *map(Path, sys.argv[2:6])
    began = time.monotonic()
    transcript, took = WAYS[way](recording, whisper, diarization)
    wall = time.monotonic() - began
    output.write_bytes(to_json(transcript))
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in usage)
    peak = max(one.ru_maxrss for one in usage) * 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "took": took}))


if __name__ == "__main__":
    main()
