"""How a model gets its place in MODELS_DIR: it is collected in a hidden folder, then renamed. Half a model is none."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.speech_models import PARTIAL
from model_store.errors import InstallRunning
from pipeline.errors import PipelineError, StorageFull


class FolderProblem(PipelineError):
    """MODELS_DIR cannot be read or written."""

    code = "models_dir"


@contextmanager
def collecting(models: Path, name: str) -> Iterator[Path]:
    """The folder in which a model is collected; what an earlier try left in it is still there.

    Raises InstallRunning if another process collects it, StorageFull and FolderProblem if the disk does not take it.
    """
    with storage_errors(models):
        (models / PARTIAL).mkdir(parents=True, exist_ok=True)
        with (models / PARTIAL / f"{name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InstallRunning(f"{name} is being installed by another process.") from error
            folder = models / PARTIAL / name
            folder.mkdir(exist_ok=True)
            yield folder


@contextmanager
def storage_errors(models: Path) -> Iterator[None]:
    """Errors of the disk in words for the administrator."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                "The disk with the models is full.", f"Free some space in {models}; what was downloaded is kept."
            ) from error
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise FolderProblem(
            f"{models} cannot be used: {reason}.",
            "MODELS_DIR must belong to the user that RealRecap runs as. Check its owner and its mode; in a "
            "systemd unit it must be among ReadWritePaths.",
        ) from error


def check_space(models: Path, needed: int) -> None:
    """Raise StorageFull if so many bytes are not free."""
    free = shutil.disk_usage(models).free
    if needed > free:
        raise StorageFull(
            f"The models need {needed / 1e9:.1f} GB more, and the disk has {free / 1e9:.1f} GB.",
            f"Free some space in {models}, or set MODELS_DIR to a larger disk.",
        )


def put_in_place(collected: Path, target: Path) -> None:
    """Move a complete folder to its place, for another that may be there. Raises OSError.

    A crash leaves the old one, the new one, or for a moment none, and then the collected files are all there.
    """
    _write_through(collected)
    old = collected.with_name(f"{target.name}.old")
    _remove(old)
    if target.exists():
        target.rename(old)
    collected.rename(target)
    _sync(target.parent)
    _remove(old)


def _write_through(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)
