"""Real installations by uv and by pip, of small wheels made here: interruption, hashes, fall-back and progress."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher import packages, uv
from launcher.errors import StartError
from launcher.incomplete_packages import remove_incomplete

TOOLS = Path(sys.executable).parent
WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel(folder: Path, name: str, content: bytes = b"VALUE = 1\n") -> str:
    """Write a wheel with one module; returns its line for a requirement file."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": content,
        f"{name}_data.txt": b"x" * 1000,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": WHEEL.encode(),
    }
    record = "".join(f"{path},,{len(data)}\n" for path, data in files.items()) + f"{info}/RECORD,,\n"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in {**files, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(member, data)
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Checkout:
    """A virtual environment, the folder of the set-up, and a requirement file for two wheels."""

    def __init__(self, root: Path) -> None:
        self.environment, self.tools, self.wheels = root / ".venv", root / ".setup", root / "wheels"
        for folder in (self.tools, self.wheels):
            folder.mkdir()
        venv.create(self.environment, with_pip=True)
        self.requirements = root / "requirements.txt"
        self.lines = [make_wheel(self.wheels, name) for name in ("first", "second")]
        self.requirements.write_text("".join(self.lines))

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        return next(self.environment.glob("lib/python*/site-packages"))

    def install(self) -> None:
        with open(self.tools / "lock", "a") as lock:
            packages.install(self.python, self.requirements, self.tools, lock)

    def imports(self) -> bool:
        command = [str(self.python), "-c", "import first, second; assert first.VALUE == second.VALUE == 1"]
        return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


@pytest.fixture(autouse=True)
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings as a user of pip makes them: no index, a folder of wheels."""
    for name in [each for each in os.environ if each.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))


@pytest.fixture(params=["uv", "pip"])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test runs with uv on PATH, and without any uv."""
    name: str = request.param
    monkeypatch.setenv("PATH", f"{TOOLS}:/usr/bin:/bin" if name == "uv" else "/usr/bin:/bin")
    return name


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_packages_are_installed_with_few_lines(
    checkout: Checkout, installer: str, capfd: pytest.CaptureFixture[str]
) -> None:
    checkout.install()

    assert checkout.imports()
    output = capfd.readouterr().out
    assert f"Installing the packages of requirements.txt with {installer}.\n" in output
    assert "Packages installed in " in output
    assert len(output.splitlines()) < 10
    assert not (checkout.tools / "downloads").exists()


@pytest.mark.usefixtures("installer")
@pytest.mark.parametrize("damage", ["missing file", "short file", "no RECORD"])
def test_an_interrupted_installation_is_repaired(checkout: Checkout, damage: str) -> None:
    checkout.install()
    if damage == "missing file":
        (checkout.site_packages / "second.py").unlink()
    elif damage == "short file":
        (checkout.site_packages / "second_data.txt").unlink()
        (checkout.site_packages / "second_data.txt").write_bytes(b"x")
    else:
        (checkout.site_packages / "second.py").unlink()
        (checkout.site_packages / "second-1.0.dist-info" / "RECORD").unlink()

    checkout.install()

    assert checkout.imports()
    assert (checkout.site_packages / "second_data.txt").read_bytes() == b"x" * 1000


@pytest.mark.usefixtures("installer")
def test_complete_packages_stay(checkout: Checkout) -> None:
    checkout.install()
    before = sorted(path.name for path in checkout.site_packages.iterdir())

    remove_incomplete(checkout.environment)

    assert sorted(path.name for path in checkout.site_packages.iterdir()) == before
    assert "pip" in before


@pytest.mark.usefixtures("installer")
def test_a_package_with_another_hash_is_refused(checkout: Checkout) -> None:
    make_wheel(checkout.wheels, "second", b"VALUE = 'changed'\n")

    with pytest.raises(StartError, match="could not be installed"):
        checkout.install()

    assert not (checkout.site_packages / "second.py").exists()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 126", "uv is not available; using pip"),
        ('test "$1" = --version && echo uv 0.13.9 && exit\nkill -9 $$', "trying again with pip"),
    ],
    ids=["does not run", "fails"],
)
def test_pip_takes_over_if_uv_does_not_work(
    script: str,
    told: str,
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    broken = tmp_path / "bin" / "uv"
    broken.parent.mkdir()
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:/usr/bin:/bin")

    checkout.install()

    assert checkout.imports()
    assert told in capfd.readouterr().out


@pytest.fixture
def killed_install(checkout: Checkout) -> Iterator[subprocess.Popen[bytes]]:
    """An installation of a third, large package in a process of its own, with its installer in the same group."""
    line = make_wheel(checkout.wheels, "third", b"#" * 30_000_000 + b"\nVALUE = 1\n")
    checkout.requirements.write_text("".join([*checkout.lines, line]))
    code = (
        "import sys, pathlib; from launcher import packages; "
        "python, requirements, tools = map(pathlib.Path, sys.argv[1:]); "
        "packages.install(python, requirements, tools, open(tools / 'lock', 'a'))"
    )
    arguments = [str(checkout.python), str(checkout.requirements), str(checkout.tools)]
    root = str(Path(packages.__file__).parent.parent)
    with subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=root, start_new_session=True) as process:
        yield process


@pytest.mark.usefixtures("installer")
@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.5])
def test_a_killed_installation_is_finished_by_the_next(
    checkout: Checkout, killed_install: subprocess.Popen[bytes], seconds: float
) -> None:
    try:
        killed_install.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(killed_install.pid, 9)

    checkout.install()

    assert checkout.imports()
    assert (checkout.site_packages / "third.py").stat().st_size > 30_000_000


def test_uv_is_fetched_once_and_again_after_an_interruption(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    fetched = []

    def fetch(folder: Path, python: str, environment: object) -> bool:
        fetched.append(python)
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "uv").symlink_to(TOOLS / "uv")
        return True

    monkeypatch.setattr(uv, "_fetch", fetch)

    first = uv.find_uv(checkout.tools, "python", {})
    assert uv.find_uv(checkout.tools, "python", {}) == first == str(checkout.tools / "uv" / "bin" / "uv")
    assert fetched == ["python"]

    Path(first or "").unlink()
    assert uv.find_uv(checkout.tools, "python", {}) == first
    assert fetched == ["python", "python"]
