"""Makes `.venv` and installs the pinned packages into it; does nothing, fast, where that is done."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from launcher import apt_packages, interpreters
from launcher.errors import StartError

ROOT = Path(__file__).resolve().parent.parent
GIGABYTE = 10**9
FREE_BYTES_FIRST = 13 * GIGABYTE
"""What the first set-up takes at its peak: 8.5 GB of installed packages and 4.1 GB of downloads not yet deleted."""
FREE_BYTES_LATER = GIGABYTE
FILES = {
    "run": ("requirements-webapp.txt", "requirements.txt"),
    "dev": ("requirements-webapp.txt", "requirements.txt", "requirements-dev.txt"),
}


class VirtualEnvironment:
    """The virtual environment of a checkout: `.venv`, and `.setup` with the lock, downloads and a fetched Python."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.tools = root / ".setup"
        self.python = self.folder / "bin" / "python"
        self._stamp = self.folder / "realrecap.json"

    def is_current(self) -> bool:
        """Whether this very process runs on the environment's Python."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def is_ready(self, kind: str) -> bool:
        """Whether everything in the requirement files of `kind` (`run` or `dev`) is installed."""
        try:
            stamp = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return False
        if self.is_current() and stamp["python"] != _version(sys.version_info[:2]):
            return False  # the system's Python moved on under the environment
        return self.python.exists() and stamp.get(kind) == self._fingerprint(kind)

    def prepare(self, kind: str) -> bool:
        """Install what `kind` needs; True where something was done.

        Raises StartError where the folder, the disk, Python or the package index stand in the way.
        """
        if self.is_ready(kind):
            return False
        self._check_writable()
        with self._locked() as lock:
            if self.is_ready(kind):
                return True
            self._check_disk()
            version = self._make(kind)
            self._install(kind, lock)
            done = ("run", "dev") if kind == "dev" else ("run",)
            self._write_stamp({"python": version, **{name: self._fingerprint(name) for name in done}})
        print("Set-up finished.", flush=True)
        return True

    def _fingerprint(self, kind: str) -> str:
        content = b"\0".join((self.root / name).read_bytes() for name in FILES[kind])
        return hashlib.sha256(content).hexdigest()

    def _write_stamp(self, stamp: dict[str, str]) -> None:
        part = self._stamp.with_suffix(".part")
        part.write_text(json.dumps(stamp))
        part.replace(self._stamp)

    def _check_writable(self) -> None:
        for folder in (self.tools, self.folder):
            try:
                folder.mkdir(exist_ok=True)
                probe = folder / f".probe-{os.getpid()}"
                probe.touch()
                probe.unlink()
            except OSError as error:
                raise StartError(
                    f"The folder {folder} cannot be written: {error.strerror}.",
                    f"Make it yours with `sudo chown -R $USER {self.root}`, or put RealRecap into another folder.",
                ) from error

    @contextmanager
    def _locked(self) -> Iterator[IO[str]]:
        with open(self.tools / "lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another set-up of this folder is at work; waiting for it.", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock

    def _check_disk(self) -> None:
        has_torch = any(self.folder.glob("lib/python*/site-packages/torch-*.dist-info/RECORD"))
        needed = FREE_BYTES_LATER if has_torch else FREE_BYTES_FIRST
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise StartError(
                f"Too little disk: the set-up needs {needed / GIGABYTE:.0f} GB, {free / GIGABYTE:.1f} GB are free "
                f"where {self.root} lies.",
                "Free some space, or move RealRecap to a larger disk, then start again.",
            )
        if not has_torch:
            print(
                f"First set-up in {self.folder}: 4 GB to download, 8.5 GB installed, "
                f"{needed / GIGABYTE:.0f} GB of disk meanwhile ({free / GIGABYTE:.0f} GB are free). "
                "It takes 3 to 20 minutes, once.",
                flush=True,
            )

    def _make(self, kind: str) -> str:
        """Make the virtual environment unless a working one is there; returns its Python version."""
        there = interpreters.probe(str(self.python))
        if there and there.is_fit and self._runs("import pip"):
            return there.name
        if kind == "dev" and os.geteuid() == 0:
            apt_packages.install(apt_packages.FOR_ENVIRONMENTS)
        chosen = interpreters.choose(interpreters.candidates(), self.tools)
        print(f"Making .venv with Python {chosen.name} ({chosen.path}).", flush=True)
        try:
            subprocess.run([chosen.path, "-m", "venv", "--clear", str(self.folder)], check=True)
        except subprocess.CalledProcessError as error:
            raise StartError(
                f"Python {chosen.name} could not make {self.folder}; its lines above say why.",
                f"Often `sudo apt install python{chosen.name}-venv` helps.",
            ) from error
        return chosen.name

    def _runs(self, code: str) -> bool:
        return subprocess.run([str(self.python), "-c", code], stderr=subprocess.DEVNULL).returncode == 0

    def _install(self, kind: str, lock: IO[str]) -> None:
        """Run pip, which inherits the lock: should this process be killed, a second set-up waits for pip's end."""
        self._remove_half_installed()
        downloads = self.tools / "downloads"
        shutil.rmtree(downloads, ignore_errors=True)
        downloads.mkdir()
        # /tmp is often a small part of the memory, too small for what pip unpacks
        environment = dict(os.environ, TMPDIR=os.environ.get("TMPDIR") or str(downloads))
        requirements = FILES[kind][-1]
        print(f"Installing the packages of {requirements}; pip's own lines follow.", flush=True)
        command = [str(self.python), "-m", "pip", "install", "--requirement", str(self.root / requirements)]
        try:
            done = subprocess.run(command, env=environment, cwd=str(self.root), pass_fds=[lock.fileno()])
        finally:
            shutil.rmtree(downloads, ignore_errors=True)
        if done.returncode != 0:
            raise StartError(
                "The packages could not be installed; pip's last lines above say why.",
                "Check the network and, where there is a proxy or an own package index, pip's settings (HTTPS_PROXY, "
                "PIP_INDEX_URL). Then start again: what was installed is kept.",
            )

    def _remove_half_installed(self) -> None:
        """Make pip see what an interruption left: a package without RECORD, which is written last, is not whole."""
        for packages in self.folder.glob("lib/python*/site-packages"):
            halves = [info for info in packages.glob("*.dist-info") if not (info / "RECORD").is_file()]
            for leftover in [*halves, *packages.glob("~*")]:
                shutil.rmtree(leftover)


def _version(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
