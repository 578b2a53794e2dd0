"""Whatever prevents a start is reported together with its fix."""

from __future__ import annotations

import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.helpers import free_port
from support.running_launcher import ROOT

import config
from launcher import early_checks, preflight, run_lock
from launcher.errors import StartError

SettingsOf = Callable[..., config.Settings]


def test_a_port_in_use_is_reported_with_an_alternative(tmp_path: Path, settings_of: SettingsOf) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(StartError) as caught:
            preflight.check(settings_of(DATA_DIR=tmp_path, PORT=port))

    assert f"Port {port} is in use" in caught.value.message
    assert f"PORT={port + 1} make run" in caught.value.fix
    assert "make stop" in caught.value.fix
    assert run_lock.find_owner(tmp_path) is None


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StartError, match=r"cannot listen on 203\.0\.113\.1") as caught:
        early_checks.check_port("203.0.113.1", free_port())
    assert "127.0.0.1" in caught.value.fix


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])  # noqa: S104
def test_a_free_port_is_accepted(host: str) -> None:
    early_checks.check_port(host, free_port())


def test_a_data_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StartError, match="cannot be written: Not a directory") as caught:
        early_checks.open_data_dir(tmp_path / "file" / "data")
    assert "DATA_DIR=" in caught.value.fix


def test_a_data_folder_that_even_root_cannot_write_is_refused() -> None:
    with pytest.raises(StartError, match="The data folder /proc/1 cannot be written"):
        early_checks.open_data_dir(Path("/proc/1"))


def test_a_new_data_folder_is_private_to_its_owner(tmp_path: Path) -> None:
    early_checks.open_data_dir(tmp_path / "new" / "data")

    assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700
    assert list((tmp_path / "new" / "data").iterdir()) == []


def test_too_little_disk_is_reported_in_figures(tmp_path: Path) -> None:
    more_than_there_is = shutil.disk_usage(tmp_path).total + 1

    with pytest.raises(StartError, match=r"Too little disk: \d+\.\d\d GB are free"):
        early_checks.check_disk(tmp_path, more_than_there_is)


def test_a_second_start_on_the_folder_is_refused_until_the_first_is_over(
    tmp_path: Path, settings_of: SettingsOf
) -> None:
    settings = settings_of(DATA_DIR=tmp_path, PORT=free_port())
    lock = preflight.check(settings)

    with pytest.raises(StartError, match="RealRecap is already running on"):
        preflight.check(settings)

    lock.release()
    preflight.check(settings).release()


@pytest.mark.parametrize("command", ["run", "status", "stop", "logs"])
def test_an_invalid_setting_is_reported(command: str, tmp_path: Path) -> None:
    code = f"from launcher import commands; commands.COMMANDS[{command!r}]()"
    environment = {"DATA_DIR": str(tmp_path), "LEASE_SECONDS": "3", "PYTHONPATH": str(ROOT)}

    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)

    assert answer.returncode != 0
    assert "LEASE_SECONDS must be at least twice HEARTBEAT_SECONDS" in answer.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The folder of a checkout that is not set up yet."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    return folder


def test_before_the_set_up_the_port_of_the_env_file_is_checked(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (checkout / ".env").write_text(f"# web server\nexport port = '{port}'  # mine\n")
        with pytest.raises(StartError, match=f"Port {port} is in use"):
            early_checks.check_before_set_up(checkout, {})

    early_checks.check_before_set_up(checkout, {})
    early_checks.check_before_set_up(checkout, {"PORT": str(free_port()), "HOST": ""})


def test_before_the_set_up_the_data_folder_is_checked(checkout: Path) -> None:
    (checkout / "file").touch()

    with pytest.raises(StartError, match=r"The data folder .* cannot be written"):
        early_checks.check_before_set_up(checkout, {"DATA_DIR": str(checkout / "file" / "data")})


def test_before_the_set_up_the_disk_is_checked(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(checkout)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))

    with pytest.raises(StartError, match="Too little disk"):
        early_checks.check_before_set_up(checkout, {"PORT": str(free_port())})


@pytest.mark.parametrize("port", ["many", "0", "70000"])
def test_before_the_set_up_invalid_settings_are_left_to_the_settings(checkout: Path, port: str) -> None:
    early_checks.check_before_set_up(checkout, {"PORT": port})


def test_before_the_set_up_a_running_realrecap_is_left_to_the_lock(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        environment = {"PORT": str(server.getsockname()[1])}
        (checkout / "data").mkdir()
        code = (
            "import sys, pathlib; from launcher.run_lock import RunLock; "
            "lock = RunLock.take(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code, str(checkout / "data")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            early_checks.check_before_set_up(checkout, environment)
            other.communicate()

        with pytest.raises(StartError, match="in use"):
            early_checks.check_before_set_up(checkout, environment)
