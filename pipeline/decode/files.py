"""The files of the parent process: the upload it opens and the samples it publishes."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import (
    InternalError,
    StorageFull,
    UnsupportedMedia,
)


def open_pending(target: Path) -> tuple[int, Path]:
    """A new empty file beside `target`, open for writing, to be renamed to it."""
    with storage_errors():
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    return descriptor, Path(name)


@contextmanager
def open_upload(source: Path) -> Iterator[int]:
    """A file descriptor of the upload, which must be a regular file: a pipe or a device might never end."""
    with storage_errors():
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnsupportedMedia
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn errors of the file system into errors of the pipeline."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else InternalError)() from error


def fsync_folder(folder: Path) -> None:
    """Make a rename survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
