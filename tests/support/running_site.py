"""RealRecap as `make run` starts it, on a fresh DATA_DIR."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from support.helpers import ROOT, free_port, wait_until


@dataclass
class Site:
    """A running site: its address, login, data folder and output."""

    process: subprocess.Popen[str]
    url: str
    data_dir: Path
    environment: dict[str, str]
    lines: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    @property
    def password(self) -> str:
        return re.search(r"One-time password\s+(\S+)", self.output)[1]

    def flask_command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "flask", "--app", "run", *arguments]

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `flask` command beside the site, as its owner would."""
        return subprocess.run(
            self.flask_command(*arguments),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def start_site(data_dir: Path, *prefix: str, **settings: str) -> Site:
    """Start RealRecap and wait until it says that it is ready; `prefix` is a command to start it with."""
    port = free_port()
    environment = {**os.environ, "DATA_DIR": str(data_dir), "PORT": str(port), "PYTHONUNBUFFERED": "1",
                   "OLLAMA_HOST": "http://127.0.0.1:9", **settings}  # fmt: skip
    process = subprocess.Popen(
        [*prefix, sys.executable, "-m", "launcher", "run"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    site = Site(process, f"http://127.0.0.1:{port}", data_dir, environment)
    threading.Thread(target=_keep_output, args=(site,), daemon=True).start()
    wait_until(lambda: "RealRecap is ready" in site.output or process.poll() is not None, 300)
    assert process.poll() is None, site.output
    wait_until(lambda: "Stop with" in site.output, 60)
    return site


def _keep_output(site: Site) -> None:
    with site.process.stdout as output:
        site.lines.extend(output)


def stop_site(site: Site) -> int:
    """Stop it as Ctrl-C does; the exit status."""
    site.process.send_signal(signal.SIGINT)
    return site.process.wait(60)
