from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.helpers import ROOT, free_port

COMMANDS = (
    "db-upgrade", "create-user --email a@example.org --password 0123456789abc", "create-api-key --email a@example.org",
    "jobs list", "jobs retry x", "jobs cancel x", "jobs pause", "jobs resume", "files verify", "files prune",
    "recap audio_samples/ten-seconds.wav", "search reindex",
)  # fmt: skip


def flask(command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "run", *command.split()],
        cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_tells_that_the_database_is_away_and_never_its_password(command: str, tmp_path: Path) -> None:
    address = f"postgresql://somebody:S3cret-word@127.0.0.1:{free_port()}/x"
    done = flask(command, DATABASE_URL=address, DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 1
    assert "The database cannot be used" in done.stderr
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert "S3cret-word" not in done.stdout + done.stderr


def test_a_database_without_tables_is_told_with_the_command_that_makes_them(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = flask("jobs list", DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 1
    assert "flask db-upgrade" in done.stderr
    assert "SELECT" not in done.stderr
