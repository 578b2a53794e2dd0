"""Measures the overhead of a job: the time from upload to PDF that is not spent in its stages, models loaded."""

from __future__ import annotations

import json
import os
import statistics
from pathlib import Path

from benchmarks.running_server import SAMPLES, running_server

RUNS = 10


def main() -> None:
    """Run a ten-second recording repeatedly, each time with a new hash, and print the medians."""
    content = (SAMPLES / "ten-seconds.wav").read_bytes()
    totals, stages = [], []
    with running_server() as server:
        for run in range(RUNS + 1):
            # two more bytes at the end change the hash, so no stored result is found
            recording_id, seconds = server.run_job("ten-seconds.wav", content + os.urandom(2))
            if run:  # the first run loads the models
                totals.append(seconds)
                stages.append(sum(_stage_seconds(server.data_dir, recording_id)))
    overheads = [total - stage for total, stage in zip(totals, stages, strict=True)]
    print(f"{RUNS} jobs of 10 s, models loaded; seconds as median (min to max)")
    for name, values in (("upload to PDF", totals), ("stages", stages), ("overhead", overheads)):
        print(f"{name:14} {statistics.median(values):6.2f} ({min(values):.2f} to {max(values):.2f})")


def _stage_seconds(data_dir: Path, recording_id: str) -> list[float]:
    """The seconds each stage took, from the stored recap."""
    for path in data_dir.glob("stages/*/*.json"):
        content = json.loads(path.read_text())
        if content.get("id") == recording_id:
            return [float(stage["seconds"]) for stage in content["stages"]]
    raise FileNotFoundError(recording_id)


if __name__ == "__main__":
    main()
