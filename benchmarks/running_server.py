"""A running RealRecap to measure, started the way `make run` starts it, and a client of its API."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "audio_samples"
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server's API client, authenticated with a key, and its DATA_DIR."""

    api: httpx.Client
    data_dir: Path

    def run_job(self, name: str, content: bytes) -> tuple[str, float]:
        """Upload a recording and wait for its PDF.

        Returns the recording's id and the seconds from response to PDF. Raises RuntimeError if the job fails.
        """
        response = self.api.post("/recordings", files={"file": (name, content)})
        response.raise_for_status()
        began, recording_id = time.monotonic(), str(response.json()["id"])
        while True:
            recording: dict[str, Any] = self.api.get(f"/recordings/{recording_id}").json()
            if recording["status"] == "done":
                return recording_id, time.monotonic() - began
            if recording["status"] == "failed":
                raise RuntimeError(str(recording["error"]))
            time.sleep(POLL_SECONDS)


@contextmanager
def running_server() -> Iterator[RunningServer]:
    """Start RealRecap on an empty DATA_DIR without Ollama; stop it at the end."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        environment = {**os.environ, "DATA_DIR": folder, "PORT": str(port), "OLLAMA_HOST": "http://127.0.0.1:9"}
        command = [sys.executable, "-m", "launcher", "run"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)
        try:
            _wait_ready(process)
            headers = {"Authorization": f"Bearer {_create_api_key(environment)}"}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=60) as api:
                yield RunningServer(api, Path(folder))
        finally:
            process.terminate()
            process.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_ready(process: subprocess.Popen[str]) -> None:
    """Wait for the last line that `make run` prints when it is ready."""
    assert process.stdout is not None
    for line in process.stdout:
        if "Stop with" in line:
            return
    raise RuntimeError(f"RealRecap ended during its start with status {process.wait()}")


def _create_api_key(environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "flask", "--app", "run", "create-api-key", "--email", "admin@localhost"]
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=True)
    return done.stdout.strip()
