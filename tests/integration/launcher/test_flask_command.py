"""A `.env` that Flask cannot read is reported by the settings, however `flask` is called."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from support.running_launcher import ROOT

from launcher import flask_command
from launcher.setup import VirtualEnvironment

CP1252 = "PORT=5000\nORGANISATION=Zürich\n".encode("cp1252")
UTF_16 = "PORT=5000\n".encode("utf-16-le")
NO_PORT = "PORT=none\n".encode("utf-16")  # with a byte order mark, so it is read


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with an environment as the set-up of an older version left it, and the packages of ours."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("webapp", "core", "configuration", "pipeline", "workers", ".flaskenv", "requirements.txt"):
        (root / name).symlink_to(ROOT / name)
    for name in ("config.py", "run.py"):
        shutil.copy(ROOT / name, root)
    venv.create(root / ".venv", symlinks=True)
    (packages,) = (root / ".venv").glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return root


def call_flask(checkout: Path, env_file: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    (checkout / ".env").write_bytes(env_file)
    return subprocess.run(
        [str(checkout / ".venv" / "bin" / "python"), "-m", "flask", *arguments],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(checkout / "data")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [("doctor",), ("--app", "run", "doctor")], ids=["bare", "with --app"])
@pytest.mark.parametrize(
    ("env_file", "names"),
    [
        (CP1252, ".env, line 2 (ORGANISATION): contains a character that is not UTF-8"),
        (UTF_16, ".env, line 1: contains a NUL byte"),
        (NO_PORT, "PORT: "),
    ],
    ids=["cp1252", "UTF-16 without a mark", "a wrong value in UTF-16"],
)
def test_flask_names_the_file_and_the_setting(
    checkout: Path, arguments: tuple[str, ...], env_file: bytes, names: str
) -> None:
    environment = VirtualEnvironment(checkout)
    environment._write_stamp({"python": "{}.{}".format(*sys.version_info[:2]), "run": environment._fingerprint("run")})
    assert environment.prepare("run") is False

    ended = call_flask(checkout, env_file, *arguments)

    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stderr.startswith("A setting is invalid.")
    assert names in ended.stderr


def test_an_environment_that_cannot_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    (packages / flask_command.NAME).with_suffix(".part").mkdir(parents=True)

    flask_command.leave_env_file_alone(tmp_path)

    assert not (packages / flask_command.NAME).exists()
