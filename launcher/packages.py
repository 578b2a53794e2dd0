"""Installs a requirement file into the virtual environment: with uv, or with pip where uv cannot be used."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from launcher import bundle, package_index, uv
from launcher.errors import StartError
from launcher.incomplete_packages import remove_incomplete

LARGE_MEGABYTES = 100.0
"""Smaller downloads are not reported."""
_MEGABYTES = {"k": 0.001, "K": 0.001, "M": 1.0, "G": 1000.0}
_DOWNLOAD = re.compile(r"\s*Downloading .*\((\d+(?:\.\d+)?) ?([kKMG])?i?B\)")
_DETAIL = re.compile(
    r"\s*([+~-] |Downloaded |Downloading |Collecting |Using cached |Requirement already |Ignoring |Build|Built |"
    r"Successfully installed|Looking in |Installing |Preparing |Getting |Obtaining |Audited |$)"
)

#: Of every package a file that is built already: a clean machine has no compiler.
INSTALL_OPTIONS = ("--require-hashes", "--only-binary=:all:")


def install(python: Path, requirements: Path, tools: Path, lock: IO[str]) -> None:
    """Install `requirements` for `python`, checked by hash; `tools` holds uv and, until the end, the downloads.

    The installer inherits `lock`: if this process is killed, the next set-up waits until the installer has ended.
    Raises StartError if neither uv nor pip could install the packages.
    """
    remove_incomplete(python.parent.parent)
    started = time.monotonic()
    downloads = tools / "downloads"
    downloads.mkdir(exist_ok=True)
    # /tmp is often a small memory disk, too small for what is unpacked there
    environment = dict(os.environ, TMPDIR=os.environ.get("TMPDIR") or str(downloads))
    environment.update(bundle.offline_settings(requirements.parent))
    if not (
        _install_with_uv(python, requirements, tools, environment, lock)
        or _install_with_pip(python, requirements, environment, lock)
    ):
        raise StartError(
            "The packages could not be installed. The lines above give the reason.",
            "Check the network and, if you use a proxy or a package index of your own, HTTPS_PROXY, UV_INDEX_URL or "
            "PIP_INDEX_URL. Then start again: finished downloads are kept.",
        )
    shutil.rmtree(downloads, ignore_errors=True)
    print(f"Packages installed in {time.monotonic() - started:.0f} s.", flush=True)


def _install_with_uv(
    python: Path, requirements: Path, tools: Path, environment: Mapping[str, str], lock: IO[str]
) -> bool:
    path = uv.find_uv(tools, str(python), package_index.pip_environment(environment))
    if path is None:
        print("uv is not available; using pip, which takes longer.", flush=True)
        return False
    settings = package_index.uv_environment(environment, package_index.read_pip_options(str(python)))
    # on the same disk as .venv, files are linked instead of copied; an interrupted set-up finds its downloads here
    settings.setdefault("UV_CACHE_DIR", str(tools / "downloads" / "uv"))
    settings.update(UV_NO_PROGRESS="1", NO_COLOR="1")
    print(f"Installing the packages of {requirements.name} with uv.", flush=True)
    command = [path, "pip", "install", "--python", str(python), *INSTALL_OPTIONS, "--requirement", str(requirements)]
    installed = _run(command, settings, requirements.parent, lock)
    if not installed:
        print("uv could not install the packages; trying again with pip.", flush=True)
    return installed


def _install_with_pip(python: Path, requirements: Path, environment: Mapping[str, str], lock: IO[str]) -> bool:
    print(f"Installing the packages of {requirements.name} with pip.", flush=True)
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", *INSTALL_OPTIONS]
    settings = package_index.pip_environment(dict(environment, PIP_PROGRESS_BAR="off", PIP_NO_COLOR="1"))
    return _run([*command, "--requirement", str(requirements)], settings, requirements.parent, lock)


def _run(command: list[str], environment: Mapping[str, str], folder: Path, lock: IO[str]) -> bool:
    """Run an installer and print its progress; whether it succeeded."""
    try:
        with subprocess.Popen(
            command,
            env=environment,
            cwd=str(folder),
            pass_fds=[lock.fileno()],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            errors="replace",
        ) as process:
            for line in progress_lines(process.stdout or ()):
                print("  " + line, flush=True)
    except OSError as error:
        print(f"{command[0]} could not be started: {error}", flush=True)
        return False
    return process.returncode == 0


def progress_lines(lines: Iterable[str]) -> Iterator[str]:
    """Of an installer's output: its phases, large downloads, warnings and errors, without a line for each package."""
    for line in lines:
        download = _DOWNLOAD.match(line)
        if download:
            if float(download.group(1)) * _MEGABYTES.get(download.group(2) or "", 0.0) >= LARGE_MEGABYTES:
                yield line.strip()
        elif not _DETAIL.match(line):
            yield line.rstrip()
