"""`make bench`: quality, then overhead; `ARGS=memory` and the like run one by itself."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("quality", "overhead", "memory", "fuzz")


def main() -> None:
    """Run the figures that were asked for."""
    for name in sys.argv[1:] or NAMES[:2]:
        if name not in NAMES:
            sys.exit(f"There are no figures called {name}; there are {', '.join(NAMES)}.")
        print(f"== {name}", flush=True)
        import_module(f"benchmarks.{name}").main()


main()
