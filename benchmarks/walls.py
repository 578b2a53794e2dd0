"""Measures what the decoder's walls cost: its time with the filter of system calls and Landlock, and without.

    python -m benchmarks.walls [--runs 7]

Decodes each sample in turn with and without them, so that other work on the machine slows both down. Counted is the
processor time of the decoding process, its start included. Exit status 1 if the walls cost more than the limit.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
from pathlib import Path

from pipeline.audio import decode
from pipeline.decode import child
from pipeline.decode.limits import DecodeLimits

SAMPLES = Path(__file__).resolve().parent.parent / "audio_samples"
NAMES = ("ten-seconds.wav", "long-meeting.opus")
LIMIT = 1.10  # times the processor time without walls
LIMITS = DecodeLimits(max_seconds=4 * 3600)
WITHIN_WALLS = child._PROGRAM
WITHOUT_WALLS = (
    "import sys; sys.path.append(sys.argv[1]); from pipeline.decode import landlock, seccomp; "
    "landlock.restrict = seccomp.restrict = lambda libc: True; " + WITHIN_WALLS
)


def main() -> int:
    """Print the processor time of each sample within and without walls, and their ratio."""
    parser = argparse.ArgumentParser(description="Measure what the decoder's walls cost.")
    parser.add_argument("--runs", type=int, default=7, help="runs of each sample (default: %(default)s)")
    runs = parser.parse_args().runs
    worst = 0.0
    print("processor seconds, median; ratio as median (min to max) of neighbouring runs")
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            pairs = [(_seconds(name, folder, WITHIN_WALLS), _seconds(name, folder, WITHOUT_WALLS)) for _ in range(runs)]
            ratios = [within / without for within, without in pairs]
            within, without = (statistics.median(values) for values in zip(*pairs, strict=True))
            ratio = statistics.median(ratios)
            worst = max(worst, ratio)
            spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
            print(f"{name:20} within {within:6.2f}  without {without:6.2f}  ratio {ratio:.2f} {spread}", flush=True)
    return int(worst > LIMIT)


def _seconds(name: str, folder: str, program: str) -> float:
    """The processor time of decoding a sample once, in seconds."""
    child._PROGRAM = program
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    decode(SAMPLES / name, Path(folder) / "samples", LIMITS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
