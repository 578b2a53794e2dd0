"""`make bench`: quality, then overhead; `ARGS=memory` and the like run one by itself."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("quality", "overhead", "memory", "fuzz", "summary")


def main() -> None:
    """Run the figures that were asked for; exit status 1 where one of them is beyond its limit."""
    status = 0
    for name in sys.argv[1:] or NAMES[:2]:
        if name not in NAMES:
            sys.exit(f"There are no figures called {name}; there are {', '.join(NAMES)}.")
        print(f"== {name}", flush=True)
        sys.argv = [name]  # each has options of its own, when it is run by itself
        status = max(status, import_module(f"benchmarks.{name}").main() or 0)
    sys.exit(status)


main()
