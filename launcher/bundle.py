"""Makes one archive for a machine without a network: the project, its packages for this platform, and its models.

    realrecap/              the project, as a fresh copy
    realrecap/wheels/       the packages; the set-up takes them from here if the folder is there
    realrecap/data/models/  the models that are installed here

Unpacked there, `make run` sets RealRecap up and starts it.
"""

# ruff: noqa: S603, S607 - starting programs is what this module does
from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from launcher import package_index
from launcher.errors import StartError

WHEELS = "wheels"
PYTHON = "PYTHON"  # a file beside the packages
TOP = "realrecap"
REQUIREMENTS = ("requirements-setup.txt", "requirements.txt")
#: What is no part of the project, where it was not copied with git.
LEFT_OUT = (
    ".venv", ".setup", "data", "__pycache__", ".env", ".mypy_cache", ".ruff_cache", ".pytest_cache", WHEELS,
)  # fmt: skip


def bundle_name() -> str:
    """The name of an archive made here: packages are for one system, processor and version of Python."""
    version = "{}.{}".format(*sys.version_info[:2])
    return f"realrecap-{platform.system().lower()}-{platform.machine()}-python{version}.tar"


def make_bundle(root: Path, tools: Path, folders: Iterable[tuple[Path, str]], target: Path) -> Path:
    """Write the archive, with `folders` at their places in it; it appears whole or not at all. Raises StartError."""
    tools.mkdir(exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with tempfile.TemporaryDirectory(dir=tools) as name:
            wheels = Path(name)
            _download(root, wheels)
            (wheels / PYTHON).write_text("{}.{}\n".format(*sys.version_info[:2]))
            print(f"Packing {target}.", flush=True)
            with partial.open("wb") as file:
                with tarfile.open(fileobj=file, mode="w") as tar:
                    for path in _files_of(root):
                        tar.add(path, f"{TOP}/{path.relative_to(root)}", recursive=False)
                    for folder, place in [(wheels, WHEELS), *folders]:
                        tar.add(folder, f"{TOP}/{place}")
                os.fsync(file.fileno())
        os.replace(partial, target)
    except OSError as error:
        raise StartError(
            f"The bundle could not be written: {error.strerror}.", "Free some space, then again."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def _download(root: Path, folder: Path) -> None:
    """Fetch the packages, checked by hash. Raises StartError."""
    for name in REQUIREMENTS:
        print(f"Downloading the packages of {name}.", flush=True)
        _download_file(root / name, folder)
        others = folder / name
        others.write_text("\n".join(needed_by_older_patches((root / name).read_text())))
        if others.stat().st_size:
            _download_file(others, folder)
        others.unlink()


def _download_file(requirements: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--dest", str(folder), "--requirement", str(requirements)]
    if subprocess.run(command, env=package_index.pip_environment(dict(os.environ))).returncode:
        raise StartError(
            "The packages could not be downloaded. The lines above give the reason.",
            "Check the network, then start again.",
        )


def needed_by_older_patches(compiled: str) -> list[str]:
    """What an earlier patch of this Python, such as 3.11.2 for 3.11.7, needs in addition: lines without markers."""
    from packaging.markers import Marker

    oldest = {"python_full_version": "{}.{}.0".format(*sys.version_info[:2])}
    found = []
    for line in re.sub(r"\\\n\s*", " ", compiled).splitlines():
        package, _, rest = line.partition(" ; ")
        marker, _, hashes = rest.partition(" --hash")
        if (
            rest
            and not line.lstrip().startswith("#")
            and Marker(marker).evaluate(oldest)
            and not Marker(marker).evaluate()
        ):
            found.append(f"{package} --hash{' '.join(hashes.split())}")
    return found


def _files_of(root: Path) -> Iterator[Path]:
    """The files of the project, in order: those that git knows, else all but what a run makes."""
    if (root / ".git").exists():
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True)
        paths = [root / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
        yield from sorted(path for path in paths if path.is_file())
        return
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        yield from (Path(folder) / name for name in sorted(files) if name not in LEFT_OUT)


def python_of(root: Path) -> str | None:
    """The version of Python that the packages of a bundle are for; None where there is no bundle."""
    try:
        return (root / WHEELS / PYTHON).read_text().strip()
    except FileNotFoundError:
        return None


def offline_settings(root: Path) -> dict[str, str]:
    """Variables of pip and uv that keep a set-up to the packages of a bundle; none where there is no bundle."""
    if python_of(root) is None:
        return {}
    wheels = str(root / WHEELS)
    return {
        "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels, "UV_NO_INDEX": "1", "UV_FIND_LINKS": wheels, "UV_OFFLINE": "1",
    }  # fmt: skip
