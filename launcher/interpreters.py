"""Finds the Python that RealRecap runs on: an installed one, else one that uv downloads."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from launcher import package_index, uv
from launcher.errors import StartError

SUPPORTED = ((3, 11), (3, 12), (3, 13))
_PROBE = "import sys; print(*sys.version_info[:2], flush=True); import venv, ensurepip"


class Interpreter(NamedTuple):
    """An interpreter: its path, its version (major, minor) and whether it can make a virtual environment."""

    path: str
    version: tuple[int, int]
    can_make_environments: bool

    @property
    def name(self) -> str:
        """The version as text, such as `3.11`."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def is_supported(self) -> bool:
        """Whether RealRecap and its packages run on this version."""
        return self.version in SUPPORTED


def probe(path: str) -> Interpreter | None:
    """Ask the interpreter at `path` for its version; None if it does not run."""
    try:
        answer = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, timeout=30)
        major, minor = answer.stdout.split()[:2]
        return Interpreter(path, (int(major), int(minor)), answer.returncode == 0)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def find_candidates() -> list[str]:
    """Interpreters to try, best first: the calling one (outside any environment), then those on PATH."""
    calling = getattr(sys, "_base_executable", None) or sys.executable
    on_path = [shutil.which(name) for name in ("python3.13", "python3.12", "python3.11", "python3")]
    return list(dict.fromkeys([calling, *(path for path in on_path if path)]))


def choose_interpreter(paths: Iterable[str], tools: Path, bundled: str | None = None) -> Interpreter:
    """The first supported interpreter among `paths` that can make an environment, else Python 3.12 from uv in `tools`.

    With `bundled`, the version that a bundle has packages for, it must be of that. Raises StartError, naming the
    package to install, if there is none.
    """
    found = []
    for path in paths:
        python = probe(path)
        if bundled and python and python.name != bundled:
            continue
        if python and python.is_supported and python.can_make_environments:
            return python
        if python:
            found.append(python)
    for python in found:
        if python.is_supported:
            raise StartError(
                f"Python {python.name} ({python.path}) lacks the `venv` module, which the set-up needs.",
                f"Install it with `sudo apt install python{python.name}-venv` or `python3-venv`, then start again.",
            )
    if bundled:
        raise StartError(
            f"The packages of this bundle are for Python {bundled}, which this machine does not have.",
            f"Install python{bundled} and python{bundled}-venv, or make the bundle with another Python.",
        )
    fetched = _fetch_with_uv(tools)
    if fetched is None:
        raise _unsupported(found)
    return fetched


def _unsupported(found: list[Interpreter]) -> StartError:
    versions = sorted({python.name for python in found}, key=lambda name: int(name.split(".")[1]))
    here = "this machine has " + " and ".join(versions) if versions else "no Python was found"
    return StartError(
        f"RealRecap needs Python 3.11, 3.12 or 3.13; {here}.",
        "Install one, for example with `sudo apt install python3.11 python3.11-venv`, or install uv "
        "(https://docs.astral.sh/uv/), which can download Python; then start again.",
    )


def _fetch_with_uv(tools: Path) -> Interpreter | None:
    """Let uv install Python 3.12 into `tools`; None if uv cannot be fetched or cannot install it."""
    print("No Python 3.11, 3.12 or 3.13 found; fetching Python 3.12 with uv.", flush=True)
    path = uv.find_uv(tools, sys.executable, package_index.pip_environment(os.environ))
    if path is None:
        return None
    environment = dict(os.environ, UV_PYTHON_INSTALL_DIR=str(tools / "python"), UV_PYTHON_PREFERENCE="only-managed")
    find = [path, "python", "find", "3.12"]
    try:
        subprocess.run([path, "python", "install", "3.12"], check=True, env=environment)
        answer = subprocess.run(find, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"uv could not install Python 3.12: {error}", flush=True)
        return None
    python = probe(answer.stdout.strip())
    return python if python and python.is_supported and python.can_make_environments else None
