"""Files that only their user can read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import processes
from core.storage import private_files

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from core.storage.private_files import keep_files_private
os.umask(0)
keep_files_private(Path(sys.argv[2]))
(Path(sys.argv[2]) / "words").write_text("said in private")
"""


def test_whatever_the_umask_was_nobody_else_can_read_what_a_process_writes(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o777)
    data_dir.chmod(0o777)
    subprocess.run([sys.executable, "-c", PROGRAM, str(ROOT), str(data_dir)], check=True)
    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert (data_dir / "words").stat().st_mode & 0o777 == 0o600


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
