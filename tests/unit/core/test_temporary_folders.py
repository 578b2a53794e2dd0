"""Temporary folders that go with their process, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.storage import temporary_folders

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import os, sys, tempfile
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from core.storage.private_files import keep_files_private
keep_files_private(Path(sys.argv[2]))

def work():
    tempfile.mkdtemp()
    line = f"{os.getpid()} {tempfile.gettempdir()} {os.environ['TMPDIR']}\\n"
    os.write(1, line.encode())  # in one piece: two processes share the pipe
    sys.stdin.readline()

if sys.argv[3] == "fork":
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)  # as the children of a pool end, without the functions that are registered for it
work()
"""
DAY = 86_400.0


@contextmanager
def at_work(data_dir: Path, processes: int = 1) -> Iterator[tuple[subprocess.Popen[str], dict[int, Path]]]:
    """A program and perhaps its fork, and the temporary folder of each process by its number."""
    command = [sys.executable, "-c", PROGRAM, str(ROOT), str(data_dir), "fork" if processes > 1 else "alone"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        folders = {}
        for _ in range(processes):
            number, folder, variable = program.stdout.readline().split()
            assert folder == variable
            folders[int(number)] = Path(folder)
        yield program, folders
        program.kill()


def left_in(data_dir: Path) -> list[Path]:
    return list((data_dir / "tmp").iterdir())


def test_temporary_files_lie_below_the_data_folder_and_go_with_their_process(tmp_path: Path) -> None:
    with at_work(tmp_path) as (program, folders):
        (folder,) = folders.values()
        assert folder.parent == tmp_path / "tmp"
        assert len(list(folder.glob("tmp*"))) == 1
        program.communicate("\n")
    assert left_in(tmp_path) == []


def test_a_process_that_used_multiprocessing_ends_without_complaint(tmp_path: Path) -> None:
    program = (
        "import multiprocessing.util, sys\n"
        "from pathlib import Path\n"
        "from core.storage.private_files import keep_files_private\n"
        "keep_files_private(Path(sys.argv[1]))\n"
        "print(multiprocessing.util.get_temp_dir())\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout.startswith(f"{tmp_path}/tmp/"), done.stderr) == (True, "")
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("after", [0.0, 30 * DAY], ids=["at once", "after a month"])
def test_the_folder_of_a_process_stays_as_long_as_it_lives(tmp_path: Path, after: float) -> None:
    with at_work(tmp_path) as (_, folders):
        (folder,) = folders.values()
        assert temporary_folders.sweep(tmp_path / "tmp", time.time() + after) == 0
        assert len(list(folder.glob("tmp*"))) == 1


def test_the_folder_of_a_killed_process_goes_when_the_next_one_starts(tmp_path: Path) -> None:
    with at_work(tmp_path) as (_, folders):
        pass
    assert left_in(tmp_path) == list(folders.values())
    with at_work(tmp_path) as (program, _):
        assert not set(left_in(tmp_path)) & set(folders.values())
        program.communicate("\n")
    assert left_in(tmp_path) == []


def test_what_a_killed_fork_leaves_goes_while_its_parent_lives(tmp_path: Path) -> None:
    with at_work(tmp_path, processes=2) as (program, folders):
        ((fork, of_fork),) = [(number, path) for number, path in folders.items() if number != program.pid]
        assert len(set(folders.values())) == 2
        assert temporary_folders.sweep(tmp_path / "tmp") == 0
        os.kill(fork, signal.SIGKILL)
        while of_fork.exists():  # until the system has released its lock
            temporary_folders.sweep(tmp_path / "tmp")
        assert left_in(tmp_path) == [folders[program.pid]]
        program.communicate("\n")
    assert left_in(tmp_path) == []


def test_the_folder_of_a_fork_stays_when_its_parent_is_killed(tmp_path: Path) -> None:
    with at_work(tmp_path, processes=2) as (program, folders):
        of_parent = folders.pop(program.pid)
        program.kill()
        program.wait()
        assert temporary_folders.sweep(tmp_path / "tmp") == 1
        assert not of_parent.exists()
        assert left_in(tmp_path) == list(folders.values())
        os.kill(next(iter(folders)), signal.SIGKILL)


def test_what_no_process_made_goes_after_a_minute(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    (folder / "without-a-lock").mkdir(parents=True)
    (folder / "file").write_text("words")
    (folder / "link").symlink_to(tmp_path)
    assert temporary_folders.sweep(folder) == 0
    assert temporary_folders.sweep(folder, time.time() + 61) == 3
    assert left_in(tmp_path) == []
    assert tmp_path.exists()
