"""The short form of `make chaos`, with a fixed seed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.helpers import ROOT

from chaos.schedule import draw_schedule

pytestmark = pytest.mark.speech


def test_the_schedule_depends_on_the_seed_alone() -> None:
    assert draw_schedule(1, jobs=10, faults=50) == draw_schedule(1, jobs=10, faults=50)
    assert draw_schedule(1, jobs=10, faults=50) != draw_schedule(2, jobs=10, faults=50)


def test_nothing_is_lost_in_a_short_run() -> None:
    command = [sys.executable, "-m", "chaos", "--jobs", "4", "--faults", "10", "--seed", "11"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in done.stdout.splitlines() if line[:2] == "| "]
    table = dict(rows)
    assert (table["faults"], table["recordings uploaded"]) == ("10", "4")
    assert (table["lost"], table["files left over"]) == ("0", "0")
