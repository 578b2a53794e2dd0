"""Measures how the memory of each speech stage grows with the length of a recording.

    python -m benchmarks.memory [--minutes 10 180] [--stages speech transcribe diarize]

Repeats a sample meeting to make a short and a long recording, runs each stage on each in its own process with the demo
models, and samples the memory that belongs to that process alone (RssAnon in /proc: it excludes the memory-mapped
recording but includes pages that were copied). Exit status 1 if a stage grows by more than the limit. Takes about half
an hour on two cores; `transcribe` uses the windows that `speech` found.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.audio import decode
from pipeline.decode.limits import DecodeLimits
from pipeline.diarize import DiarizeOptions
from pipeline.engines.faster_whisper.engine import WhisperRecognizer
from pipeline.engines.pyannote.engine import PyannoteDiarizer
from pipeline.recap import WindowText, from_json, to_json
from pipeline.recognizer import TranscribeOptions
from pipeline.samples import SAMPLE_BYTES, SAMPLE_RATE, StoredSamples
from pipeline.transcribe import transcribe
from pipeline.voice_activity import VoiceActivity, VoiceActivityOptions, detect_voice_activity

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "audio_samples" / "long-meeting.opus"
WHISPER = ROOT / "demo" / "whisper-demo-en"
DIARIZATION = ROOT / "demo" / "diarization-demo"
LIMIT_MB = 100.0  # MB (10^6 bytes) per hour of audio
BATCH_SIZE = 8
SAMPLING_SECONDS = 0.01


class SavedBatches:
    """Saves the batches of a transcription as files, as workers do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self) -> list[WindowText]:
        return []

    def save(self, number: int, texts: Sequence[WindowText]) -> None:
        (self.folder / f"batch-{number}.json").write_bytes(to_json(tuple(texts), tuple[WindowText, ...]))


def run_speech(folder: Path) -> str:
    """Find the speech windows of the folder's recording and store them there."""
    speech = detect_voice_activity(
        StoredSamples(folder / "pcm.f16"), VoiceActivityOptions(recognizer().window_seconds), lambda _: None
    )
    (folder / "speech.json").write_bytes(to_json(speech, VoiceActivity))
    return f"{len(speech.windows)} windows"


def run_transcribe(folder: Path) -> str:
    """Transcribe the stored speech windows."""
    pcm, speech = StoredSamples(folder / "pcm.f16"), from_json(VoiceActivity, (folder / "speech.json").read_bytes())
    texts = transcribe(
        pcm, speech.windows, speech.spans, recognizer(), TranscribeOptions("en"), SavedBatches(folder), BATCH_SIZE,
        lambda _: None,
    )  # fmt: skip
    return f"{sum(len(phrase.words) for text in texts for phrase in text.phrases)} words"


def run_diarize(folder: Path) -> str:
    """Identify the speakers."""
    diarization = PyannoteDiarizer(DIARIZATION, "cpu").diarize(
        StoredSamples(folder / "pcm.f16"), DiarizeOptions(), lambda _: None
    )
    return f"{len(diarization.turns)} turns, {len({turn.speaker for turn in diarization.turns})} speakers"


STAGES: dict[str, Callable[[Path], str]] = {
    "speech": run_speech,
    "transcribe": run_transcribe,
    "diarize": run_diarize,
}


def recognizer() -> WhisperRecognizer:
    return WhisperRecognizer(WHISPER, "cpu", "int8")


def make_recording(folder: Path, minutes: float) -> Path:
    """Create a recording of this length by repeating the sample; returns its folder."""
    sample_path, target = folder / "sample.f16", folder / f"{minutes:g}-minutes"
    if not sample_path.exists():
        decode(SAMPLE, sample_path, DecodeLimits(max_seconds=3600.0))
    target.mkdir()
    missing = int(minutes * 60 * SAMPLE_RATE) * SAMPLE_BYTES
    with (target / "pcm.f16").open("wb") as recording:
        while missing:
            with sample_path.open("rb") as sample:
                missing -= recording.write(sample.read(missing))
    return target


def measure(stage: str, folder: Path) -> int:
    """Run a stage in its own process and return its peak memory in bytes; prints its result and time."""
    began, peak = time.monotonic(), 0
    command = [sys.executable, "-m", "benchmarks.memory", "--child", stage, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        while child.poll() is None:
            peak = max(peak, private_bytes(child.pid))
            time.sleep(SAMPLING_SECONDS)
        printed = child.stdout.read().splitlines() if child.stdout else []
    if child.returncode:
        raise SystemExit(f"{stage} ended with status {child.returncode}")
    print(
        f"# {stage}, {folder.name}: {''.join(printed)}, {time.monotonic() - began:.0f} s, {peak / 1e6:.0f} MB",
        flush=True,
    )
    return peak


def private_bytes(pid: int) -> int:
    """Memory in bytes that belongs to a process alone; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except ProcessLookupError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def main() -> int:
    """Measure each stage on both recordings and print the growth; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measure how memory grows with the length of a recording.")
    parser.add_argument("--minutes", type=float, nargs=2, default=(10.0, 180.0), metavar=("SHORT", "LONG"))
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--child", nargs=2, metavar=("STAGE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(STAGES[options.child[0]](Path(options.child[1])))
        return 0

    short, long = options.minutes
    if short >= long:
        parser.error("the second length must be greater than the first")
    folder = Path(tempfile.mkdtemp(prefix="memory-"))
    try:
        folders = [make_recording(folder, minutes) for minutes in (short, long)]
        used = {stage: [measure(stage, recording) / 1e6 for recording in folders] for stage in options.stages}
    finally:
        shutil.rmtree(folder)
    growth = {stage: (high - low) / (long - short) * 60 for stage, (low, high) in used.items()}
    print(f"\n{'stage':<12}{f'MB, {short:g} min':>14}{f'MB, {long:g} min':>14}{'MB per hour':>12}{'limit':>8}")
    for stage, (low, high) in used.items():
        print(f"{stage:<12}{low:>14.0f}{high:>14.0f}{growth[stage]:>12.1f}{LIMIT_MB:>8.0f}")
    return int(max(growth.values()) > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
