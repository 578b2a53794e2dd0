"""The commands of docs/install.md that make the settings for Docker, run as written."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.compose_files import CPU_FILE, HOST_FILE, read_services
from support.helpers import ROOT

SECTION = re.search(r"^## Docker\n(.*?)^## ", (ROOT / "docs" / "install.md").read_text(), re.M | re.S)[1]
COMMANDS = [line.strip() for line in SECTION.splitlines() if line.startswith("    ")]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_commands_make_settings_that_are_complete_and_private(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path)
    for command in (line for line in COMMANDS if ".env" in line and not line.startswith("docker")):
        subprocess.run(command, shell=True, cwd=tmp_path, check=True)  # noqa: S602 - as a reader would
    settings = tmp_path / ".env"
    assert settings.stat().st_mode & 0o777 == 0o600
    assert re.search(r"^SECRET_KEY=[0-9a-f]{64}$", settings.read_text(), re.M)
    assert f"\nCOMPOSE_FILE={HOST_FILE.name}:{CPU_FILE.name}\n" in settings.read_text()


def test_the_commands_name_services_that_exist() -> None:
    named = {
        found
        for line in re.findall(r"docker compose [^`\n]+", SECTION)
        for found in re.findall(r"(?:exec|restart|build|cp \S+) (\w+)|cp (\w+):", line)
        for found in filter(None, found)
    }
    assert {"webapp", "ollama", "celery_worker"} <= named
    assert named <= read_services().keys()
