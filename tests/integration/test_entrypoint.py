"""The entrypoint of the image: it migrates before a service starts, one service at a time."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.helpers import ROOT, wait_until

from core.database import schema

ENTRYPOINT = ROOT / "docker" / "entrypoint.sh"
SERVICES = (("gunicorn", "--version"), ("celery", "--version"))


def start(data_dir: Path, *command: str, **settings: str) -> subprocess.Popen[str]:
    """Start the entrypoint as a container does."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "FLASK_APP": "run", "FLASK_SKIP_DOTENV": "1",
        "DATA_DIR": str(data_dir), "SECRET_KEY": "k" * 32, **settings,
    }  # fmt: skip
    return subprocess.Popen(
        [ENTRYPOINT, *command], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def count_waiting(lock: Path) -> int:
    """How many processes wait for a file lock, as the kernel lists them."""
    ending = f":{lock.stat().st_ino} "
    return sum("-> FLOCK" in line and ending in line for line in Path("/proc/locks").read_text().splitlines())


@pytest.fixture
def folder(data_dir: Path) -> Path:
    data_dir.mkdir(mode=0o700)
    return data_dir


def test_services_that_start_together_migrate_one_after_the_other(folder: Path) -> None:
    lock = folder / "migration.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        started = [start(folder, *command) for command in SERVICES]
        wait_until(lambda: count_waiting(lock) == len(SERVICES), 30)
        assert not (folder / "realrecap.db").exists()
    for (output, errors), service in [(one.communicate(timeout=60), one) for one in started]:
        assert service.returncode == 0, errors
        assert "The database is up to date." in output
    assert schema.is_current()


def test_other_commands_neither_migrate_nor_need_a_key(folder: Path) -> None:
    command = start(folder, "echo", "hello", SECRET_KEY="")
    assert command.communicate(timeout=30) == ("hello\n", "")
    assert list(folder.iterdir()) == []


def test_a_service_without_a_key_says_how_to_make_one(folder: Path) -> None:
    service = start(folder, "gunicorn", "--version", SECRET_KEY="")
    _, errors = service.communicate(timeout=30)
    assert service.returncode == 1
    assert "openssl rand -hex 32" in errors


def test_a_data_folder_that_cannot_be_written_is_reported_with_the_user_who_should_own_it(tmp_path: Path) -> None:
    service = start(tmp_path / "missing", "gunicorn", "--version")
    _, errors = service.communicate(timeout=30)
    assert service.returncode == 1
    assert f"chown -R {os.geteuid()}" in errors


def test_a_service_does_not_start_on_a_database_that_cannot_be_migrated(folder: Path) -> None:
    (folder / "realrecap.db").write_text("no database, but text that is long enough to be told from one" * 9)
    service = start(folder, "gunicorn", "--version")
    output, _ = service.communicate(timeout=60)
    assert service.returncode != 0
    assert "gunicorn" not in output
