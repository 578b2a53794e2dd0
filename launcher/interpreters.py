"""Finds the Python that RealRecap runs on: one that is there, else one that uv fetches."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from launcher.errors import StartError

FIT = ((3, 11), (3, 12), (3, 13))
_PROBE = "import sys; print(*sys.version_info[:2], flush=True); import venv, ensurepip"


class Interpreter(NamedTuple):
    """An interpreter: its path, its version (major, minor) and whether it can make a virtual environment."""

    path: str
    version: tuple[int, int]
    makes_environments: bool

    @property
    def name(self) -> str:
        """The version in words, such as 3.11."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def is_fit(self) -> bool:
        """Whether RealRecap and its packages run on this version."""
        return self.version in FIT


def probe(path: str) -> Interpreter | None:
    """Ask the interpreter at `path` what it is; None where it does not run."""
    try:
        answer = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, timeout=30)
        major, minor = answer.stdout.split()[:2]
        return Interpreter(path, (int(major), int(minor)), answer.returncode == 0)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def candidates() -> list[str]:
    """Interpreters to try, best first: the calling one (outside any environment), then those on PATH."""
    calling = getattr(sys, "_base_executable", None) or sys.executable
    on_path = [shutil.which(name) for name in ("python3.13", "python3.12", "python3.11", "python3")]
    return list(dict.fromkeys([calling, *(path for path in on_path if path)]))


def choose(paths: Iterable[str], tools: Path) -> Interpreter:
    """The first fit interpreter among `paths` that can make an environment, else Python 3.12 by uv, kept in `tools`.

    Raises StartError, which names the package to install, where there is none.
    """
    found = []
    for path in paths:
        python = probe(path)
        if python and python.is_fit and python.makes_environments:
            return python
        if python:
            found.append(python)
    for python in found:
        if python.is_fit:
            raise StartError(
                f"Python {python.name} ({python.path}) lacks its `venv` module, which the set-up needs.",
                f"Install it with `sudo apt install python{python.name}-venv` or `python3-venv`, then start again.",
            )
    fetched = _fetch_with_uv(tools)
    if fetched is None:
        raise _unfit(found)
    return fetched


def _unfit(found: list[Interpreter]) -> StartError:
    versions = sorted({python.name for python in found}, key=lambda name: int(name.split(".")[1]))
    here = "this machine has " + " and ".join(versions) if versions else "none was found here"
    return StartError(
        f"RealRecap needs Python 3.11, 3.12 or 3.13; {here}.",
        "Install one, such as `sudo apt install python3.11 python3.11-venv`, or install uv "
        "(https://docs.astral.sh/uv/), which brings its own; then start again.",
    )


def _fetch_with_uv(tools: Path) -> Interpreter | None:
    """Let uv, which is fetched too where it is missing, install Python 3.12 into `tools`; None where it cannot."""
    print("There is no Python 3.11, 3.12 or 3.13 here: trying to fetch Python 3.12 with uv.", flush=True)
    uv = shutil.which("uv") or _fetch_uv(tools / "uv")
    if uv is None:
        return None
    environment = dict(os.environ, UV_PYTHON_INSTALL_DIR=str(tools / "python"), UV_PYTHON_PREFERENCE="only-managed")
    find = [uv, "python", "find", "3.12"]
    try:
        subprocess.run([uv, "python", "install", "3.12"], check=True, env=environment)
        answer = subprocess.run(find, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"uv could not install Python 3.12: {error}", flush=True)
        return None
    python = probe(answer.stdout.strip())
    return python if python and python.is_fit and python.makes_environments else None


def _fetch_uv(folder: Path) -> str | None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(folder), "uv"]
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"uv could not be fetched: {error}", flush=True)
        return None
    return str(folder / "bin" / "uv")
