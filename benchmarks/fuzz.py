"""Feeds damaged files to the sandboxed decoder: each must end in a result or an error code, within its memory limit.

    python -m benchmarks.fuzz [--cases 2000] [--seed 0]

Each case is a short recording in one of the supported formats, damaged at random by its seed. It is decoded by the
sandboxed program in a process forked from this one, which takes a tenth of the time of starting a new one. Exit status
1 if a case ended without a result or a code, or exceeded its memory limit.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipeline.decode import program
from pipeline.decode.limits import DecodeLimits
from pipeline.decode.sandbox import DecodeArguments
from pipeline.samples import SAMPLE_RATE

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from support import media  # noqa: E402 - the tests' helpers that make media files

LIMITS = DecodeLimits(max_seconds=60)
TIMEOUT_SECONDS = 30
NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """How one case ended: "result", an error code, or what went wrong; peak memory in bytes; seconds."""

    ending: str
    memory: int
    seconds: float


def decode_in_fork(upload: Path, folder: Path) -> CaseOutcome:
    """Decode one file in a forked process, with the limits of `pipeline.audio`."""
    reading, writing = os.pipe()
    began, parent = time.monotonic(), os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(TIMEOUT_SECONDS)
        os.dup2(os.open(upload, os.O_RDONLY), 0)
        output = os.open(folder / "samples", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(writing, 1)
        cpu = LIMITS.cpu_seconds(upload.stat().st_size)
        program.main(DecodeArguments(parent, output, SAMPLE_RATE, LIMITS.max_seconds, LIMITS.max_memory_bytes, cpu))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        lines = answers.read().splitlines()
    _, status, usage = os.wait4(child, 0)
    return CaseOutcome(_ending(lines, status), usage.ru_maxrss * 1024, time.monotonic() - began)


def _ending(lines: list[bytes], status: int) -> str:
    if os.WIFSIGNALED(status):  # the parent turns this into an error code
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    last = json.loads(lines[-1]) if lines else {}
    if os.WEXITSTATUS(status) or not ("result" in last or "error" in last):
        return NO_ANSWER
    return "result" if "result" in last else str(last["error"])


def make_files(folder: Path) -> list[bytes]:
    """One second of sound in each format."""
    contents = []
    for kind in media.KINDS:
        path = folder / f"whole.{kind}"
        media.write(path, kind)
        contents.append(path.read_bytes())
    return contents


def main() -> int:
    """Run the cases and print how they ended; returns the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    endings: Counter[str] = Counter()
    outcomes = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make_files(folder)
        for case in range(options.seed, options.seed + options.cases):
            upload = folder / "upload"
            upload.write_bytes(media.mutate(files[case % len(files)], case))
            outcomes.append(decode_in_fork(upload, folder))
            endings[outcomes[-1].ending] += 1
    memory, seconds = max(one.memory for one in outcomes), max(one.seconds for one in outcomes)
    print(f"{options.cases} damaged files in {len(media.KINDS)} formats, seeds from {options.seed}")
    for ending, count in endings.most_common():
        print(f"  {ending:22} {count:6}")
    allowed = LIMITS.max_memory_bytes
    print(f"peak memory {memory / 2**20:.0f} MB (limit {allowed / 2**20:.0f}), slowest case {seconds:.2f} s")
    return int(bool(endings[NO_ANSWER]) or memory > allowed)


if __name__ == "__main__":
    sys.exit(main())
