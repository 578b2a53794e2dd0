"""Finds uv, the fast installer: the one on PATH, else a pinned version kept in `.setup`."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements-setup.txt"


def find_uv(tools: Path, python: str, environment: Mapping[str, str]) -> str | None:
    """The path of a uv that runs; fetched into `tools` by the pip of `python` if there is none. None if all fails."""
    on_path = shutil.which("uv")
    if on_path and read_version(on_path):
        return on_path
    folder = tools / "uv"
    kept = str(folder / "bin" / "uv")
    if read_version(kept) == pinned_version():
        return kept
    shutil.rmtree(folder, ignore_errors=True)
    return kept if _fetch(folder, python, environment) and read_version(kept) else None


def read_version(path: str) -> str | None:
    """The version of the uv at `path`, such as `0.13.9`; None if it does not run on this machine."""
    try:
        answer = subprocess.run([path, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"uv (\S+)", answer.stdout.decode(errors="replace"))
    return found.group(1) if found and answer.returncode == 0 else None


def pinned_version() -> str:
    """The version in requirements-setup.txt."""
    found = re.search(r"^uv==([^\s;]+)", REQUIREMENTS.read_text(), re.MULTILINE)
    return found.group(1) if found else ""


def _fetch(folder: Path, python: str, environment: Mapping[str, str]) -> bool:
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    command += ["--target", str(folder), "--requirement", str(REQUIREMENTS)]
    try:
        return subprocess.run(command, env=environment).returncode == 0
    except OSError:
        return False
