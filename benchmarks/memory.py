"""How memory grows with the length of a recording, stage by stage.

    python -m benchmarks.memory [--minutes 10 180] [--stages speech transcribe diarize]

Loops a sample meeting to a short and a long recording on disk, runs each stage on each in a process of its own with
the demo models, and samples the memory that belongs to the process alone (RssAnon of /proc, which leaves the mapped
recording out but counts a page of it that was copied). Exit status 1 where a stage grows by more than the limit.
Takes about half an hour on two cores; `transcribe` uses the windows that `speech` found.
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
from pipeline.diarize import DiarizeOptions, Diarizer
from pipeline.recap import WindowText, from_json, to_json
from pipeline.recognizer import Recognizer, TranscribeOptions
from pipeline.samples import SAMPLE_RATE, open_pcm
from pipeline.transcribe import transcribe
from pipeline.voice_activity import VoiceActivity, VoiceActivityOptions, detect_voice_activity

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "audio_samples" / "long-meeting.opus"
WHISPER = ROOT / "demo" / "whisper-demo-en"
DIARIZATION = ROOT / "demo" / "diarization-demo"
LIMIT_MB = 100.0  # MB (10^6 bytes) an hour of recording
BATCH_SIZE = 8
SAMPLING_SECONDS = 0.01


class Parts:
    """Saves batches of a transcription as files, as the workers do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self) -> list[WindowText]:
        return []

    def save(self, number: int, texts: Sequence[WindowText]) -> None:
        (self.folder / f"part-{number}.json").write_bytes(to_json(tuple(texts), tuple[WindowText, ...]))


def run_speech(folder: Path) -> str:
    """Find speech in the folder's recording and keep it there."""
    found = detect_voice_activity(
        open_pcm(folder / "pcm.f32"), VoiceActivityOptions(recognizer().window_seconds), lambda _: None
    )
    (folder / "speech.json").write_bytes(to_json(found, VoiceActivity))
    return f"{len(found.windows)} windows"


def run_transcribe(folder: Path) -> str:
    """Turn the windows found into words."""
    pcm, speech = open_pcm(folder / "pcm.f32"), from_json(VoiceActivity, (folder / "speech.json").read_bytes())
    texts = transcribe(
        pcm, speech.windows, speech.spans, recognizer(), TranscribeOptions("en"), Parts(folder), BATCH_SIZE,
        lambda _: None,
    )  # fmt: skip
    return f"{sum(len(phrase.words) for text in texts for phrase in text.phrases)} words"


def run_diarize(folder: Path) -> str:
    """Tell the speakers apart."""
    found = Diarizer(DIARIZATION, "cpu").diarize(open_pcm(folder / "pcm.f32"), DiarizeOptions(), lambda _: None)
    return f"{len(found.turns)} turns, {len({turn.speaker for turn in found.turns})} speakers"


STAGES: dict[str, Callable[[Path], str]] = {
    "speech": run_speech,
    "transcribe": run_transcribe,
    "diarize": run_diarize,
}


def recognizer() -> Recognizer:
    return Recognizer(WHISPER, "cpu", "int8")


def make_recording(folder: Path, minutes: float) -> Path:
    """A folder with a recording of this length, the sample again and again."""
    once, place = folder / "sample.f32", folder / f"{minutes:g}-minutes"
    if not once.exists():
        decode(SAMPLE, once, DecodeLimits(max_seconds=3600.0))
    place.mkdir()
    left = int(minutes * 60 * SAMPLE_RATE) * 4
    with (place / "pcm.f32").open("wb") as recording:
        while left:
            with once.open("rb") as sample:
                left -= recording.write(sample.read(left))
    return place


def measure(stage: str, place: Path) -> int:
    """The most bytes that a process of its own takes for a stage; what it found and its time are printed."""
    began, most = time.monotonic(), 0
    command = [sys.executable, "-m", "benchmarks.memory", "--child", stage, str(place)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        while child.poll() is None:
            most = max(most, private_bytes(child.pid))
            time.sleep(SAMPLING_SECONDS)
        said = child.stdout.read().splitlines() if child.stdout else []
    if child.returncode:
        raise SystemExit(f"{stage} ended with status {child.returncode}")
    print(
        f"# {stage}, {place.name}: {''.join(said)}, {time.monotonic() - began:.0f} s, {most / 1e6:.0f} MB", flush=True
    )
    return most


def private_bytes(process: int) -> int:
    """Memory that belongs to a process alone; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except ProcessLookupError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def main() -> int:
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
        parser.error("the second length must be the longer one")
    folder = Path(tempfile.mkdtemp(prefix="memory-"))
    try:
        places = [make_recording(folder, minutes) for minutes in (short, long)]
        used = {stage: [measure(stage, place) / 1e6 for place in places] for stage in options.stages}
    finally:
        shutil.rmtree(folder)
    growth = {stage: (more - few) / (long - short) * 60 for stage, (few, more) in used.items()}
    print(f"\n{'stage':<12}{f'MB, {short:g} min':>14}{f'MB, {long:g} min':>14}{'MB an hour':>12}{'limit':>8}")
    for stage, (few, more) in used.items():
        print(f"{stage:<12}{few:>14.0f}{more:>14.0f}{growth[stage]:>12.1f}{LIMIT_MB:>8.0f}")
    return int(max(growth.values()) > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
