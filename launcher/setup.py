"""Creates `.venv` and installs the pinned packages into it; returns at once if that is already done."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from launcher import apt_packages, bundle, flask_command, interpreters, packages
from launcher.errors import StartError

ROOT = Path(__file__).resolve().parent.parent
GIGABYTE = 10**9
FIRST_FREE_BYTES = 13 * GIGABYTE
"""Peak of the first set-up: 8.5 GB of installed packages and, with pip, 4.1 GB of downloads not yet deleted."""
LATER_FREE_BYTES = GIGABYTE
REQUIREMENTS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
MACHINES = (("Linux", "x86_64"), ("Darwin", "arm64"))
"""Where the speech engines have packages."""


class VirtualEnvironment:
    """The virtual environment of a checkout: `.venv`, and `.setup` with the lock, downloads, uv and Python."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.tools = root / ".setup"
        self.python = self.folder / "bin" / "python"
        self._stamp = self.folder / "realrecap.json"

    def is_current(self) -> bool:
        """Whether this process runs on the environment's Python."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def is_ready(self, kind: str) -> bool:
        """Whether all requirements of `kind` (`run` or `dev`) are installed."""
        try:
            stamp = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return False
        if self.is_current() and stamp["python"] != "{}.{}".format(*sys.version_info[:2]):
            return False  # the system's Python was upgraded
        return self.python.exists() and stamp.get(kind) == self._fingerprint(kind)

    def prepare(self, kind: str) -> bool:
        """Install what `kind` needs; returns whether anything was installed.

        Raises StartError if the machine, the folder, the disk, Python or the package index does not allow it.
        """
        if self.is_ready(kind):
            flask_command.leave_env_file_alone(self.folder)  # one set up by an older version lacks it
            return False
        _check_machine(platform.system(), platform.machine())
        self._check_writable()
        with self._locked() as lock:
            if self.is_ready(kind):
                return True
            self._check_disk()
            version = self._create(kind)
            self._stamp.unlink(missing_ok=True)  # should the installation be cut off, not even the old one is whole
            packages.install(self.python, self.root / REQUIREMENTS[kind], self.tools, lock)
            flask_command.leave_env_file_alone(self.folder)
            kinds = ("run", "dev") if kind == "dev" else ("run",)
            self._write_stamp({"python": version, **{name: self._fingerprint(name) for name in kinds}})
        print("Set-up finished.", flush=True)
        return True

    def _fingerprint(self, kind: str) -> str:
        return hashlib.sha256((self.root / REQUIREMENTS[kind]).read_bytes()).hexdigest()

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
                    f"Take ownership of it with `sudo chown -R $USER {self.root}`, or use another folder.",
                ) from error

    @contextmanager
    def _locked(self) -> Iterator[IO[str]]:
        with open(self.tools / "lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another set-up is running in this folder; waiting for it.", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock

    def _check_disk(self) -> None:
        has_torch = any(self.folder.glob("lib/python*/site-packages/torch-*.dist-info/RECORD"))
        needed = LATER_FREE_BYTES if has_torch else FIRST_FREE_BYTES
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise StartError(
                f"Too little disk: the set-up needs {needed / GIGABYTE:.0f} GB, {free / GIGABYTE:.1f} GB are free "
                f"on the disk of {self.root}.",
                "Free some space, or move RealRecap to a larger disk, then start again.",
            )
        if not has_torch:
            print(
                f"First set-up in {self.folder}: 4 GB to download, 8.5 GB installed, "
                f"up to {needed / GIGABYTE:.0f} GB of disk during the set-up ({free / GIGABYTE:.0f} GB are free). "
                "This happens once and takes 3 to 20 minutes.",
                flush=True,
            )

    def _create(self, kind: str) -> str:
        """Create the virtual environment unless there is a working one; returns its Python version."""
        existing = interpreters.probe(str(self.python))
        bundled = bundle.python_of(self.root)
        if existing and existing.is_supported and bundled in (None, existing.name) and self._runs("import pip"):
            return existing.name
        if kind == "dev" and os.geteuid() == 0:
            apt_packages.install(apt_packages.FOR_ENVIRONMENTS)
        chosen = interpreters.choose_interpreter(interpreters.find_candidates(), self.tools, bundled)
        print(f"Creating .venv with Python {chosen.name} ({chosen.path}).", flush=True)
        try:
            subprocess.run([chosen.path, "-m", "venv", "--clear", str(self.folder)], check=True)
        except subprocess.CalledProcessError as error:
            raise StartError(
                f"Python {chosen.name} could not create {self.folder}. The lines above give the reason.",
                f"Often `sudo apt install python{chosen.name}-venv` helps.",
            ) from error
        return chosen.name

    def _runs(self, code: str) -> bool:
        return subprocess.run([str(self.python), "-c", code], stderr=subprocess.DEVNULL).returncode == 0


def _check_machine(system: str, machine: str) -> None:
    if (system, machine) not in MACHINES:
        raise StartError(
            f"The speech engines have no packages for {system} on {machine}.",
            "Use a Linux machine with an x86-64 processor or a Mac with Apple silicon.",
        )
