"""A bundle sets RealRecap up on a machine that reaches nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from support.helpers import ROOT

from launcher import bundle, interpreters
from launcher.errors import StartError
from launcher.setup import VirtualEnvironment

PACKAGE = "itsdangerous"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the launcher and one small package."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "launcher", root / "launcher", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements-setup.txt", root)
    text = (ROOT / "requirements-webapp.txt").read_text()
    start = text.index(f"{PACKAGE}==")
    end = min(place for place in (text.find("\n    #", start), text.find("\n\n", start), len(text)) if place > 0)
    (root / "requirements.txt").write_text(text[start:end].rstrip(" \\\n") + "\n")
    (root / ".setup").mkdir()
    (root / ".env").write_text("SECRET_KEY=of this machine")
    (root / "data").mkdir()
    (root / "models" / "whisper").mkdir(parents=True)
    (root / "models" / "whisper" / "model.bin").write_bytes(b"weights")
    return root


def test_a_bundle_is_set_up_without_a_network(project: Path, tmp_path: Path) -> None:
    folders = [(project / "models" / "whisper", "data/models/whisper")]
    written = bundle.make_bundle(project, project / ".setup", folders, tmp_path / "bundle.tar")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["bundle.tar"]
    with tarfile.open(written) as tar:
        names = tar.getnames()
        tar.extractall(tmp_path / "there", filter="data")
    assert not [name for name in names if name.endswith((".env", "__pycache__")) or "/.setup" in name]
    there = tmp_path / "there" / "realrecap"
    assert (there / "data" / "models" / "whisper" / "model.bin").read_bytes() == b"weights"

    program = (
        "import launcher.setup as setup; setup.FIRST_FREE_BYTES = 0; "
        "from launcher import apt_packages; setup.VirtualEnvironment().prepare('run')"
    )
    environment = {"PATH": f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin", "HOME": str(tmp_path)}
    command = ["unshare", "--map-root-user", "--net", sys.executable, "-c", program]
    done = subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert VirtualEnvironment(there).is_ready("run")
    assert list((there / ".venv").glob(f"lib/python*/site-packages/{PACKAGE}"))


def test_without_a_bundle_the_set_up_uses_the_network(project: Path) -> None:
    assert bundle.offline_settings(project) == {}


def test_a_python_that_the_bundle_has_no_packages_for_is_named(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "PYTHON").write_text("3.99\n")
    assert bundle.python_of(tmp_path) == "3.99"
    with pytest.raises(StartError, match=r"for Python 3\.99, which this machine does not have"):
        interpreters.choose_interpreter([sys.executable], tmp_path, "3.99")


def test_a_bundle_that_cannot_be_downloaded_leaves_no_file(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(StartError, match="could not be downloaded"):
        bundle.make_bundle(project, project / ".setup", [], tmp_path / "bundle.tar")
    assert not list(tmp_path.glob("*bundle*"))


def test_a_bundle_has_what_an_earlier_patch_of_its_python_needs() -> None:
    version = "{}.{}.{}".format(*sys.version_info[:3])
    compiled = (
        f"new==1 ; python_full_version >= '{version}' \\\n    --hash=sha256:aa\n"
        f"old==2 ; python_full_version < '{version}' \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
        "    # via something ; else\nelsewhere==3 ; sys_platform == 'win32' \\\n    --hash=sha256:dd\n"
        "plain==4 \\\n    --hash=sha256:ee\n"
    )
    assert bundle.needed_by_older_patches(compiled) == ["old==2 --hash=sha256:bb --hash=sha256:cc"]
