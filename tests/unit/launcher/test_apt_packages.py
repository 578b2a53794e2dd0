"""Which Debian packages are installed for the tests, with stand-ins for dpkg and apt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from launcher import apt_packages


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with `chromium` installed where apt can get anything but `rare`; its list of what was asked."""
    asked, installed = tmp_path / "asked", tmp_path / "installed"
    installed.write_text("chromium\n")
    for name, script in {
        "dpkg-query": f'for package; do :; done; grep -qx "$package" {installed} && printf installed',
        "apt-get": f'echo "$@" >> {asked}\ncase "$*" in *rare*) exit 100;; *install*) for package; do :; done; '
        f'echo "$package" >> {installed};; esac',
    }.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return asked


def test_only_what_is_missing_is_installed(apt: Path) -> None:
    apt_packages.install(("chromium", "postgresql"))

    asked = apt.read_text().splitlines()
    assert asked[0].endswith("update")
    assert asked[1].endswith(" install postgresql")
    assert len(asked) == 2


def test_apt_is_not_called_if_nothing_is_missing(apt: Path) -> None:
    apt_packages.install(("chromium",))

    assert not apt.exists()


def test_an_unavailable_package_does_not_block_the_others(apt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apt_packages.install(("rare", "postgresql"))

    assert apt_packages.find_missing(("rare", "postgresql")) == ["rare"]
    assert "Could not be installed: rare. Tests that need them are skipped." in capsys.readouterr().out


def test_without_root_the_command_is_shown_and_nothing_is_installed(
    apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    apt_packages.install(("chromium", "postgresql"))

    assert "sudo apt install postgresql" in capsys.readouterr().out
    assert not apt.exists()


def test_without_dpkg_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert apt_packages.find_missing(("chromium",)) == []
