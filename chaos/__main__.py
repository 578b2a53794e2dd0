"""`make chaos`: a storm of faults over real processes; exit status 1 when anything was lost."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from chaos.schedule import draw
from chaos.storm import Storm, tabulate


def main() -> int:
    """Run one storm and print its table."""
    parser = argparse.ArgumentParser(prog="make chaos", description="Break RealRecap's processes at random.")
    parser.add_argument("--jobs", type=int, default=20, help="recordings to upload (%(default)s)")
    parser.add_argument("--faults", type=int, default=50, help="faults to inject (%(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="repeats the schedule of an earlier storm")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int(time.time()) % 100_000
    print(f"Seed {seed}: {options.faults} faults over {options.jobs} recordings.", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        storm = Storm(
            Path(folder) / "rig", draw(seed, options.jobs, options.faults), lambda line: print(line, flush=True)
        )
        outcome = storm.run()
    print(f"\n{tabulate(storm, outcome)}\n")
    print(f"Seed {seed}, {time.monotonic() - began:.0f} s.")
    for problem in outcome.wrong:
        print(f"WRONG: {problem}")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
