"""`make bench`: measure quality and overhead; `make bench ARGS=memory` runs one benchmark by name."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("quality", "overhead", "memory", "fuzz", "summary", "walls", "whole")
DEFAULT = ("quality", "overhead")


def main() -> None:
    """Run the named benchmarks; exit status 1 if one of them exceeds its limit."""
    status = 0
    for name in sys.argv[1:] or DEFAULT:
        if name not in NAMES:
            sys.exit(f"Unknown benchmark {name!r}. Available: {', '.join(NAMES)}.")
        print(f"== {name}", flush=True)
        sys.argv = [name]  # each benchmark has its own options when it is run alone
        status = max(status, import_module(f"benchmarks.{name}").main() or 0)
    sys.exit(status)


main()
