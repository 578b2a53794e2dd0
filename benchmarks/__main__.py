"""`make bench`: measure quality and overhead; `make bench ARGS=memory` runs one benchmark by name.

What follows a name that is no other's name goes to it: `make bench ARGS="speech FOLDER MODELS"`.
"""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("quality", "overhead", "memory", "fuzz", "summary", "walls", "speech", "whole", "recap", "doubts")
DEFAULT = ("quality", "overhead")


def main() -> None:
    """Run the named benchmarks; exit status 1 if one of them exceeds its limit."""
    status = 0
    for name, *options in _group(sys.argv[1:] or list(DEFAULT)):
        print(f"== {name}", flush=True)
        sys.argv = [name, *options]
        status = max(status, import_module(f"benchmarks.{name}").main() or 0)
    sys.exit(status)


def _group(arguments: list[str]) -> list[list[str]]:
    """The benchmarks' names, each with what follows it."""
    runs: list[list[str]] = []
    for argument in arguments:
        if argument in NAMES and not (runs and runs[-1][0] == argument):  # a model may be called recap
            runs.append([argument])
        elif runs:
            runs[-1].append(argument)
        else:
            sys.exit(f"Unknown benchmark {argument!r}. Available: {', '.join(NAMES)}.")
    return runs


main()
