"""A running RealRecap to measure, started as `make run` starts it, and a client of its API."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "audio_samples"


@contextmanager
def running_server() -> Iterator[httpx.Client]:
    """Start RealRecap on a fresh DATA_DIR; a client that is logged in with an API key."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {**os.environ, "DATA_DIR": folder, "PORT": str(port), "OLLAMA_HOST": "http://127.0.0.1:9"}
        command = [sys.executable, "-m", "launcher", "run"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "Stop with" in line:
                    break
            flask = [sys.executable, "-m", "flask", "--app", "run", "create-api-key", "--email", "admin@localhost"]
            key = subprocess.run(flask, cwd=ROOT, env=environment, text=True, capture_output=True, check=True).stdout
            headers = {"Authorization": f"Bearer {key.strip()}"}
            url = f"http://127.0.0.1:{port}/api/v1"
            with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
                client.data_dir = Path(folder)  # type: ignore[attr-defined]
                yield client
        finally:
            process.terminate()
            process.communicate()


def run_job(client: httpx.Client, name: str, content: bytes) -> tuple[str, float]:
    """Upload, wait for the PDF; the recording's id and the seconds between the answer and the PDF."""
    made = client.post("/recordings", files={"file": (name, content)})
    made.raise_for_status()
    began, recording_id = time.monotonic(), str(made.json()["id"])
    while True:
        found: dict[str, Any] = client.get(f"/recordings/{recording_id}").json()
        if found["status"] == "done":
            return recording_id, time.monotonic() - began
        if found["status"] == "failed":
            raise RuntimeError(str(found["error"]))
        time.sleep(0.05)
