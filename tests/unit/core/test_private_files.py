"""Files that only their user can read, and temporary folders that go with their process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import processes
from core.storage import private_files

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import os, sys, tempfile
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from core.storage.private_files import keep_files_private
os.umask(0)
keep_files_private(Path(sys.argv[2]))
(Path(sys.argv[2]) / "words").write_text("said in private")
tempfile.mkdtemp()
print(tempfile.gettempdir(), os.environ["TMPDIR"], flush=True)
if sys.argv[3] == "wait":
    sys.stdin.read()
"""


def start(data_dir: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(ROOT), str(data_dir), then],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_whatever_the_umask_was_nobody_else_can_read_what_a_process_writes(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o777)
    data_dir.chmod(0o777)
    with start(data_dir, "end") as process:
        process.communicate()
    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert (data_dir / "words").stat().st_mode & 0o777 == 0o600


def test_temporary_files_lie_below_the_data_folder_and_go_with_their_process(tmp_path: Path) -> None:
    with start(tmp_path, "wait") as process:
        assert process.stdout
        (line,) = {process.stdout.readline().strip()}
        folder = Path(line.split()[0])
        assert line.split() == [str(folder)] * 2
        assert folder.parent == tmp_path / "tmp"
        assert len(list(folder.iterdir())) == 1
        assert private_files.sweep_temporary(tmp_path) == 0, "its process lives"
        process.communicate()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_folder_of_a_killed_process_is_swept_at_the_next_start(tmp_path: Path) -> None:
    with start(tmp_path, "wait") as process:
        assert process.stdout
        process.stdout.readline()
        process.kill()
        process.communicate()
    assert len(list((tmp_path / "tmp").iterdir())) == 1
    with start(tmp_path, "end") as process:
        process.communicate()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_folder_of_another_machine_is_given_up_after_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "tmp" / "elsewhere:4026531836:1"
    folder.mkdir(parents=True)
    assert private_files.sweep_temporary(tmp_path, time.time()) == 0
    assert private_files.sweep_temporary(tmp_path, time.time() + 90_000) == 1
    assert not folder.exists()


def test_a_data_folder_that_cannot_be_made_is_left_for_others_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    (tmp_path / "file").write_text("")
    private_files.keep_files_private(tmp_path / "file" / "data")


def test_a_process_that_ended_is_not_alive() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert not processes.is_alive(str(ended.pid))
    assert processes.is_alive(str(os.getpid()))
