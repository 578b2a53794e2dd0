"""The set-up in real virtual environments without packages: the choice of Python, failures, and a quick second run."""

from __future__ import annotations

import ast
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.helpers import wait_until
from support.running_launcher import ROOT

from launcher import interpreters, setup
from launcher.errors import StartError
from launcher.setup import VirtualEnvironment

ProgramOf = Callable[[str, str], str]


@pytest.fixture
def program(tmp_path: Path) -> ProgramOf:
    """Makes a shell script that stands in for a program, in a folder `bin`."""

    def make(name: str, script: str) -> str:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.fixture(scope="module", autouse=True)
def small_disk_and_uv() -> Iterator[None]:
    """The environments created here hold no packages, and uv need not be fetched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "FIRST_FREE_BYTES", setup.GIGABYTE)
        patch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # where uv is
        yield


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")


def make_checkout(root: Path) -> VirtualEnvironment:
    root.mkdir(exist_ok=True)
    for name in setup.REQUIREMENTS.values():
        (root / name).write_text("# nothing\n")
    return VirtualEnvironment(root)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualEnvironment]:
    """A checkout whose environment is made; tests may spoil its stamp, not its Python."""
    environment = make_checkout(tmp_path_factory.mktemp("checkout"))
    assert environment.prepare("dev")
    return environment


def test_the_first_supported_python_is_chosen(program: ProgramOf, tmp_path: Path) -> None:
    old, fit = program("python3", "echo 3 9"), program("python3.12", "echo 3 12")

    chosen = interpreters.choose_interpreter(
        ["/nowhere/python3", old, fit, program("python3.11", "echo 3 11")], tmp_path
    )

    assert (chosen.path, chosen.version) == (fit, (3, 12))


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("version", ["3 8", "3 10", "3 14"])
def test_an_unsupported_python_is_reported_with_what_to_install(
    program: ProgramOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    unfit = program("python3", f"echo {version}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    with pytest.raises(StartError) as caught:
        interpreters.choose_interpreter([unfit], tmp_path)

    assert f"needs Python 3.11, 3.12 or 3.13; this machine has {version.replace(' ', '.')}." in caught.value.message
    assert "sudo apt install python3.11 python3.11-venv" in caught.value.fix


def test_a_python_without_venv_is_reported_with_the_package_to_install(program: ProgramOf, tmp_path: Path) -> None:
    bare = program("python3", "echo 3 11; exit 1")

    with pytest.raises(StartError, match="lacks the `venv` module") as caught:
        interpreters.choose_interpreter([bare], tmp_path)

    assert "sudo apt install python3.11-venv" in caught.value.fix


def test_uv_fetches_python_if_none_is_supported(
    program: ProgramOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = program("fetched", "echo 3 12")
    program(
        "uv",
        f'test "$1" = --version && echo uv 0.13.9 && exit; '
        f'echo "$@ $UV_PYTHON_INSTALL_DIR" >> {tmp_path}/asked; test "$2" = install || echo {fetched}',
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    chosen = interpreters.choose_interpreter([program("python3", "echo 3 9")], tmp_path / "tools")

    assert chosen.path == fetched
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == [f"python {verb} 3.12 {tmp_path / 'tools' / 'python'}" for verb in ("install", "find")]


def test_modules_used_before_the_set_up_parse_on_python_3_8() -> None:
    for name in (
        "__init__",
        "__main__",
        "errors",
        "early_checks",
        "run_lock",
        "apt_packages",
        "interpreters",
        "uv",
        "package_index",
        "incomplete_packages",
        "packages",
        "flask_command",
        "setup",
    ):
        source = (ROOT / "launcher" / f"{name}.py").read_text()
        ast.parse(source, feature_version=(3, 8))
        assert "from __future__ import annotations" in source or name == "__init__"
    ast.parse((ROOT / "configuration" / "text_files.py").read_text(), feature_version=(3, 8))


def test_modules_used_before_the_set_up_need_only_the_standard_library() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import launcher.__main__; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-ISc", code, str(ROOT)], capture_output=True, text=True, check=True)

    loaded = {name.partition(".")[0] for name in answer.stdout.split()}
    assert loaded <= set(sys.stdlib_module_names) | {"launcher", "configuration", "__main__"}


def test_a_second_set_up_is_instant(made: VirtualEnvironment) -> None:
    before = time.monotonic()

    assert made.prepare("run") is False
    assert made.prepare("dev") is False

    assert time.monotonic() - before < 2


def test_changed_requirements_are_installed(made: VirtualEnvironment) -> None:
    (made.root / "requirements.txt").write_text("# changed\n")
    assert not made.is_ready("run")

    assert made.prepare("run")

    assert made.is_ready("run")
    assert not made.is_ready("dev")


def test_an_environment_without_a_working_python_is_created_again(made: VirtualEnvironment) -> None:
    made.python.unlink()
    made.python.symlink_to("/nowhere/python3.11")
    assert not made.is_ready("dev")

    assert made.prepare("dev")

    assert subprocess.run([str(made.python), "-c", "import pip"]).returncode == 0


def test_incomplete_packages_are_removed_before_the_next_installation(made: VirtualEnvironment) -> None:
    packages = next(made.folder.glob("lib/python*/site-packages"))
    for name in ("half-1.0.dist-info", "~rch", "whole-1.0.dist-info"):
        (packages / name).mkdir()
    (packages / "half-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n")
    (packages / "whole-1.0.dist-info" / "RECORD").touch()
    (made.folder / "realrecap.json").unlink()

    made.prepare("dev")

    assert not (packages / "half-1.0.dist-info").exists()
    assert not (packages / "~rch").exists()
    assert (packages / "whole-1.0.dist-info").exists()
    shutil.rmtree(packages / "whole-1.0.dist-info")


def test_an_environment_created_by_hand_is_kept(made: VirtualEnvironment) -> None:
    (made.folder / "realrecap.json").unlink(missing_ok=True)
    (made.folder / "own-file").touch()

    made.prepare("dev")

    assert (made.folder / "own-file").exists()
    assert (
        json.loads((made.folder / "realrecap.json").read_text())["python"] == interpreters.probe(str(made.python)).name
    )  # type: ignore[union-attr]


@pytest.mark.usefixtures("no_network")
def test_a_failed_installation_is_reported_and_can_be_repeated(made: VirtualEnvironment) -> None:
    (made.root / "requirements.txt").write_text("no-such-package==1\n")
    with pytest.raises(StartError, match="could not be installed") as caught:
        made.prepare("run")
    assert "PIP_INDEX_URL" in caught.value.fix
    assert not made.is_ready("run")

    (made.root / "requirements.txt").write_text("# nothing\n")

    assert made.prepare("run")


def test_two_simultaneous_set_ups_wait_for_each_other(made: VirtualEnvironment) -> None:
    (made.folder / "realrecap.json").unlink(missing_ok=True)
    code = (
        "import sys, pathlib; from launcher.setup import VirtualEnvironment; "
        "VirtualEnvironment(pathlib.Path(sys.argv[1])).prepare('dev')"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    screen = made.root / "screen"
    with open(made.tools / "lock") as lock, open(screen, "w") as stream:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen([sys.executable, "-c", code, str(made.root)], env=environment, stdout=stream)
        try:
            wait_until(lambda: "Another set-up is running in this folder" in screen.read_text(), 30)
            assert not made.is_ready("dev")
        except BaseException:
            second.kill()
            second.wait()
            raise

    assert second.wait(60) == 0
    assert made.is_ready("dev")


def test_too_little_disk_is_reported_before_any_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = make_checkout(tmp_path / "checkout")
    monkeypatch.setattr(setup, "FIRST_FREE_BYTES", shutil.disk_usage(tmp_path).total + 10**9)

    with pytest.raises(StartError, match=r"Too little disk: the set-up needs \d+ GB, \d+\.\d GB are free"):
        environment.prepare("run")
    assert not environment.python.exists()


def test_the_first_set_up_announces_its_disk_use_and_duration(
    made: VirtualEnvironment, capfd: pytest.CaptureFixture[str]
) -> None:
    (made.folder / "realrecap.json").unlink(missing_ok=True)

    made.prepare("run")

    told = capfd.readouterr().out
    assert "1 GB of disk" in told
    assert "minutes" in told


def test_a_read_only_folder_is_reported(tmp_path: Path) -> None:
    environment = make_checkout(tmp_path / "checkout")
    (environment.root / ".setup").write_text("a file where the folder should be")

    with pytest.raises(StartError, match="cannot be written") as caught:
        environment.prepare("run")
    assert "chown" in caught.value.fix


def test_a_machine_without_packages_for_the_engines_is_reported() -> None:
    setup._check_machine("Linux", "x86_64")

    with pytest.raises(StartError, match="no packages for Linux on aarch64"):
        setup._check_machine("Linux", "aarch64")
