"""Whether the walls around the decoder stand on this machine, seen by putting them up in a process of its own."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pipeline.decode import landlock, seccomp

SECONDS = 30.0
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from pipeline.decode.wall_check import main; main()"


class Filter(StrEnum):
    """What became of the filter of system calls. Where it is refused, no recording is read."""

    STANDS = "stands"
    MISSING = "missing"
    REFUSED = "refused"


class Walls(NamedTuple):
    """The walls that were put up."""

    seccomp: Filter
    landlock: bool


def try_walls() -> Walls | None:
    """Put the walls up in a child; None if it does not survive that."""
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-I", "-c", _PROGRAM, root]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 - our own program
        found = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Walls(Filter(found["seccomp"]), found["landlock"])


def main() -> None:
    """The child: put the walls up and report."""
    libc = ctypes.CDLL(None, use_errno=True)
    is_known = seccomp.is_available()
    has_landlock = sys.platform == "linux" and landlock.restrict(libc)
    stands = sys.platform == "linux" and seccomp.restrict(libc)
    state = Filter.STANDS if stands else Filter.REFUSED if is_known else Filter.MISSING
    os.write(1, json.dumps(Walls(state, has_landlock)._asdict()).encode())
    os._exit(0)
