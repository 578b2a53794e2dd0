"""What a job costs beside its stages: from the answer to the upload until the PDF is there, models warm."""

from __future__ import annotations

import json
import os
import statistics

import httpx

from benchmarks.running_server import SAMPLES, run_job, running_server

RUNS = 10


def main() -> None:
    """Run a ten-second recording again and again, each time with another hash, and print the medians."""
    content = (SAMPLES / "ten-seconds.wav").read_bytes()
    whole, stages = [], []
    with running_server() as client:
        for run in range(RUNS + 1):
            # two more bytes at the end change the hash, so that no result is found
            recording_id, took = run_job(client, "ten-seconds.wav", content + os.urandom(2))
            if run:  # the first one loads the models
                whole.append(took)
                stages.append(sum(_stage_seconds(client, recording_id)))
    beside = [a - b for a, b in zip(whole, stages, strict=True)]
    print(f"{RUNS} jobs of 10 s, models warm; seconds, median (least to most)")
    for name, values in (("upload answered to PDF", whole), ("stages themselves", stages), ("beside them", beside)):
        print(f"{name:24} {statistics.median(values):6.2f} ({min(values):.2f} to {max(values):.2f})")


def _stage_seconds(client: httpx.Client, recording_id: str) -> list[float]:
    """What the stages took, from the recap's own report."""
    for path in client.data_dir.glob("stages/*/*.json"):  # type: ignore[attr-defined]
        whole = json.loads(path.read_text())
        if whole.get("id") == recording_id:
            return [float(stage["seconds"]) for stage in whole["stages"]]
    raise FileNotFoundError(recording_id)


if __name__ == "__main__":
    main()
