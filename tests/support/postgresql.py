"""A PostgreSQL server that can crash and restart."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from chaos.waiting import free_port


class Server:
    """A server with its own data folder. Raises FileNotFoundError if PostgreSQL is not installed."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise FileNotFoundError("PostgreSQL is not installed (Debian: postgresql)")
        self._binaries, self._port = found[-1].parent, free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="faults-pg-"))
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(self._folder, "postgres")
        self._call("initdb", "-D", str(self._folder / "data"), "-A", "trust", "-U", "postgres")
        self.start()

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def _call(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._binaries / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        log = str(self._folder / "log")
        self._call("pg_ctl", "-D", str(self._folder / "data"), "-w", "-o", options, "-l", log, "start")

    def crash(self) -> None:
        """Stop it abruptly, as a power cut does."""
        self._call("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")

    def remove(self) -> None:
        """Stop it for good."""
        self.crash()
        shutil.rmtree(self._folder)
