"""Decoding uploads in tests: what is refused, and which child processes are left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.audio import decode
from pipeline.decode.limits import DecodeLimits
from pipeline.errors import (
    PipelineError,
)

LIMITS = DecodeLimits(max_seconds=4 * 3600)

OTHERS: set[int] = set()

TEXT = b"<html><body>Sign in to download the recording</body></html>\n" * 50


def refused(tmp_path: Path, content: bytes | Path, kind: type[PipelineError], limits: DecodeLimits = LIMITS) -> str:
    """Decode what must be refused with `kind`; nothing may be left behind. Gives the message."""
    source = content if isinstance(content, Path) else tmp_path / "recording.mp3"
    if isinstance(content, bytes):
        source.write_bytes(content)
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(PipelineError) as caught:
        decode(source, folder / "pcm", limits)
    assert type(caught.value) is kind, repr(caught.value)
    assert list(folder.iterdir()) == []
    assert children() == set()
    return caught.value.message


def children(parent: int | None = None) -> set[int]:
    """The processes that `parent` (this one) has started and that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, owner = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # it ended while being looked at
        if int(owner) == (parent or os.getpid()) and state != "Z":
            found.add(int(stat.parent.name))
    return found - OTHERS


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
