"""Compares a whole job but the summary with the stock way: the same models, the same cores, one run.

    python -m benchmarks.whole [RECORDING] [--whisper FOLDER] [--diarization FOLDER] [--pairs 1]

The stock way is faster-whisper batched, pyannote's own pipeline, and segments given to the speaker whose turns overlap
them most. Both decode the file, and both load their models. RECORDING has its truth beside it as JSON; without one it
is the sample of twenty minutes. Runs alternate in pairs, and the medians are printed. Only an idle machine gives fair
figures.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "audio_samples" / "long-meeting.opus"
MEASURES = ("wall", "cpu", "peak")


def main() -> None:
    """Run both ways and print a table."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=whole")
    parser.add_argument("recording", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--whisper", type=Path, default=ROOT / "demo" / "whisper-demo-en")
    parser.add_argument("--diarization", type=Path, default=ROOT / "demo" / "diarization-demo")
    parser.add_argument("--pairs", type=int, default=1)
    options = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "stock": []}
    for number in range(options.pairs):
        for way in ("ours", "stock") if number % 2 == 0 else ("stock", "ours"):
            found[way].append(_run(way, options))
    print(f"{options.recording.name}, {options.pairs} pair(s); seconds, and MB at the peak")
    print(f"{'':8} {'wall':>8} {'CPU':>8} {'peak':>7} {'WER %':>6} {'cpWER %':>8} {'DER %':>6}  stages")
    for way, runs in found.items():
        wall, cpu, peak = (median(run[measure] for run in runs) for measure in MEASURES)
        scores = " ".join(f"{score:{width}.1f}" for score, width in zip(runs[0]["scores"], (6, 8, 6), strict=True))
        stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in runs[0]["took"].items())
        print(f"{way:8} {wall:8.1f} {cpu:8.1f} {peak / 1e6:7.0f} {scores}  {stages}")
    ratios = [median(run[m] for run in found["ours"]) / median(run[m] for run in found["stock"]) for m in MEASURES]
    print(f"{'ratio':8} {ratios[0]:8.2f} {ratios[1]:8.2f} {ratios[2]:7.2f}", flush=True)


def _run(way: str, options: argparse.Namespace) -> dict[str, Any]:
    from pipeline.evaluate import evaluate
    from pipeline.recap import Transcript, from_json

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "transcript.json"
        paths = (options.recording, options.whisper, options.diarization, output)
        command = [sys.executable, "-m", "benchmarks.whole_job", way, *map(str, paths)]
        printed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
        run: dict[str, Any] = json.loads(printed.splitlines()[-1])
        score = evaluate(
            from_json(Transcript, output.read_bytes()), json.loads(options.recording.with_suffix(".json").read_text())
        )
    run["scores"] = [100 * score.wer, 100 * score.cpwer, 100 * score.der]
    return run


if __name__ == "__main__":
    main()
