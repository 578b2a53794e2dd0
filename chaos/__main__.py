"""`make chaos`: inject random faults into real processes; exit status 1 if anything was lost."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from chaos.fault_run import FaultRun, make_table
from chaos.schedule import draw_schedule


def main() -> int:
    """Run one schedule of faults and print its table."""
    parser = argparse.ArgumentParser(prog="make chaos", description="Break RealRecap's processes at random.")
    parser.add_argument("--jobs", type=int, default=20, help="recordings to upload (default: %(default)s)")
    parser.add_argument("--faults", type=int, default=50, help="faults to inject (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="repeat the schedule of an earlier run")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int(time.time()) % 100_000
    print(f"Seed {seed}: {options.faults} faults, {options.jobs} recordings.", flush=True)
    began = time.monotonic()
    schedule = draw_schedule(seed, options.jobs, options.faults)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        run = FaultRun(Path(folder) / "testbed", schedule, lambda line: print(line, flush=True))
        outcome = run.execute()
    print(f"\n{make_table(run, outcome)}\n")
    print(f"Seed {seed}, {time.monotonic() - began:.0f} s.")
    for violation in outcome.violations:
        print(f"VIOLATION: {violation}")
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
