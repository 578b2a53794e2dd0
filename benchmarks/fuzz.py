"""The opener of uploads against damaged files: each must end in a result or a code, within its limits.

    python -m benchmarks.fuzz [--cases 2000] [--seed 0]

Each case is a small recording of one of the kinds that are read, damaged at random by its seed, and decoded by the
confined program in a process forked from one that has its imports done, which takes a tenth of the time of a fresh
one. Exit status 1 where a case ended without a result or a code, or took more memory than allowed.
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

from pipeline.audio import SAMPLE_RATE, DecodeLimits
from pipeline.decode import program
from pipeline.decode.sandbox import Arguments

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "pipeline"))
import media  # noqa: E402 - the tests' own makers of files

LIMITS = DecodeLimits(max_seconds=60)
LONGEST_SECONDS = 30


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """How one case ended: `word` is "result", a reason, or what went wrong; its peak memory in bytes; its seconds."""

    word: str
    memory: int
    seconds: float


def decode_in_fork(upload: Path, folder: Path) -> CaseOutcome:
    """Decode one file as `pipeline.audio` has it decoded, in a forked process."""
    reading, writing = os.pipe()
    began, parent = time.monotonic(), os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(LONGEST_SECONDS)
        os.dup2(os.open(upload, os.O_RDONLY), 0)
        output = os.open(folder / "samples", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(writing, 1)
        cpu = LIMITS.cpu_seconds(upload.stat().st_size)
        program.main(Arguments(parent, output, SAMPLE_RATE, LIMITS.max_seconds, LIMITS.max_memory_bytes, cpu))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        lines = answers.read().splitlines()
    _, status, usage = os.wait4(child, 0)
    return CaseOutcome(_word(lines, status), usage.ru_maxrss * 1024, time.monotonic() - began)


def _word(lines: list[bytes], status: int) -> str:
    if os.WIFSIGNALED(status):  # the parent turns that into a code: the worker lives
        return f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    last = json.loads(lines[-1]) if lines else {}
    if os.WEXITSTATUS(status) or not ("result" in last or "error" in last):
        return "without an answer"
    return "result" if "result" in last else str(last["error"])


def make_files(folder: Path) -> list[bytes]:
    """A second of sound in each kind."""
    found = []
    for kind in media.KINDS:
        path = folder / f"whole.{kind}"
        media.write(path, kind)
        found.append(path.read_bytes())
    return found


def main() -> int:
    """Run the cases and print how they ended; 1 where one ended as none may."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ends: Counter[str] = Counter()
    outcomes = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make_files(folder)
        for case in range(asked.seed, asked.seed + asked.cases):
            upload = folder / "upload"
            upload.write_bytes(media.mutate(files[case % len(files)], case))
            outcomes.append(decode_in_fork(upload, folder))
            ends[outcomes[-1].word] += 1
    memory, seconds = max(one.memory for one in outcomes), max(one.seconds for one in outcomes)
    print(f"{asked.cases} damaged files of {len(media.KINDS)} kinds, seeds from {asked.seed}")
    for word, count in ends.most_common():
        print(f"  {word:22} {count:6}")
    allowed = LIMITS.max_memory_bytes
    print(f"most memory {memory / 2**20:.0f} MB of {allowed / 2**20:.0f}; slowest {seconds:.2f} s")
    return int(bool(ends["without an answer"]) or memory > allowed)


if __name__ == "__main__":
    sys.exit(main())
