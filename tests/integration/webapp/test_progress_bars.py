"""Progress of long transfers on the command line."""

from __future__ import annotations

import io
import itertools
import re
from types import SimpleNamespace

import click
import pytest

from webapp.cli.progress_bars import TransferProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_shows_a_bar_with_bytes_rate_and_time_left(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    seconds = itertools.count()
    monkeypatch.setattr("click._termui_impl.time", SimpleNamespace(time=lambda: float(next(seconds))))
    stream = Terminal()
    transfers = TransferProgress(stream, clock=lambda: float(next(seconds)))
    for done in range(0, 4_000_000_001, 500_000_000):
        transfers("recap:8b", "sending model-with-a-long-name.gguf", done, 4_000_000_000)
    transfers("recap:8b", "writing manifest", 0, 0)
    transfers.close()
    drawn = [click.unstyle(line).rstrip() for line in stream.getvalue().replace("\r", "\n").splitlines()]
    half = next(line for line in drawn if "2.0 GB of 4.0 GB" in line)
    assert half.startswith("recap:8b: sending")
    assert re.search(r"50% +00:00:\d\d +2\.0 GB of 4\.0 GB, \d+ MB/s$", half)
    assert max(map(len, drawn)) <= columns
    assert drawn[-1] == "recap:8b: writing manifest"


def test_elsewhere_there_is_a_line_for_each_tenth() -> None:
    stream = io.StringIO()
    transfers = TransferProgress(stream)
    for done in range(1, 1001):
        transfers("recap", "sending model.gguf", done * 1000, 1_000_000)
    transfers("recap", "parsing GGUF", 0, 0)
    transfers("recap", "parsing GGUF", 0, 0)
    lines = stream.getvalue().splitlines()
    assert lines[1] == "recap: sending model.gguf: 100 kB of 1.0 MB (10%)"
    assert lines[-2:] == ["recap: sending model.gguf: 1.0 MB of 1.0 MB (100%)", "recap: parsing GGUF"]
    assert len(lines) == 12
