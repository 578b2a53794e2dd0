"""A real gunicorn that can be killed and started again at the same address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from support.helpers import ROOT, free_port


class GunicornServer:
    """The site on the settings of this process; `configuration` is a Python file instead of its own for gunicorn."""

    def __init__(self, configuration: Path | None = None) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        chosen = ["-c", str(configuration or "launcher/gunicorn_conf.py"), "-b", f"127.0.0.1:{self.port}"]
        self._command = [sys.executable, "-m", "gunicorn", *chosen, "run:app"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(self._command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 30
        while True:
            try:
                with urlopen(f"{self.address}/healthz"):  # noqa: S310 - our own address
                    return
            except (URLError, ConnectionError):
                assert time.monotonic() < deadline, "gunicorn does not answer"
                time.sleep(0.05)

    def kill(self) -> None:
        """Kill all of its processes at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def stop(self) -> float:
        """Ask it to stop; returns how long it took, in seconds."""
        assert self._process is not None
        began = time.monotonic()
        self._process.terminate()
        self._process.wait(90)
        self._process = None
        return time.monotonic() - began

    def memory(self) -> int:
        """Bytes of memory of its largest process."""
        assert self._process is not None
        master = Path("/proc") / str(self._process.pid)
        children = (master / "task" / master.name / "children").read_text().split()
        statuses = [(Path("/proc") / child / "status").read_text() for child in children]
        return max(int(status.partition("VmRSS:")[2].split()[0]) * 1024 for status in statuses)

    def __enter__(self) -> GunicornServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
