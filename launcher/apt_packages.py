"""Debian packages that the tests need; installed only for root and if apt is available."""

# ruff: noqa: S603, S607 - starting programs is what this module does
from __future__ import annotations

import os
import shutil
import subprocess

FOR_ENVIRONMENTS = ("python3-venv",)
FOR_TESTS = (
    *("chromium", "chromium-driver", "poppler-utils", "postgresql", "redis-server"),
    *("fonts-droid-fallback", "fonts-nanum"),
)


def find_missing(packages: tuple[str, ...]) -> list[str]:
    """Those of `packages` that are not installed; empty if this is not Debian."""
    if not shutil.which("dpkg-query"):
        return []
    return [package for package in packages if not _is_installed(package)]


def _is_installed(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    answer = subprocess.run(query, capture_output=True, text=True)
    return answer.returncode == 0 and answer.stdout == "installed"


def install(packages: tuple[str, ...]) -> None:
    """Install the missing `packages`; what cannot be installed is only reported, as tests name what they skip."""
    wanted = find_missing(packages)
    if not wanted:
        return
    names = " ".join(wanted)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"Not installed: {names}. Tests that need them are skipped; `sudo apt install {names}` adds them.")
        return
    print(f"Installing Debian packages: {names}", flush=True)
    _apt_get("update")
    if _apt_get("install", *wanted):
        return
    for package in wanted:  # a package that this release lacks must not block the others
        _apt_get("install", package)
    left = " ".join(find_missing(packages))
    if left:
        print(f"Could not be installed: {left}. Tests that need them are skipped.", flush=True)


def _apt_get(*arguments: str) -> bool:
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    options = ["--yes", "--quiet", "--no-install-recommends"]
    return subprocess.run(["apt-get", *options, *arguments], env=environment).returncode == 0
