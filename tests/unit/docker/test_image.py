"""The Dockerfile, and what gets into an image."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths
from support.helpers import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = {
    found[1]: found[2] for found in re.finditer(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.M | re.S)
}
IGNORED = [
    line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.strip() and not line.startswith("#")
]
NOT_IN_IMAGE = {"benchmarks", "chaos", "tests", "tools"}
LOADED = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_IN_IMAGE | {"migrations"}
PRIVATE = [
    ".env", ".env.example", "webapp/.env", "core/.env.local", ".git/config", ".venv/bin/python", "data/realrecap.db",
    "data/models/large/model.bin", "models/large/model.bin", "ollama-models/recap/model.gguf",
    "demo/whisper-demo-en/model.bin", "tests/conftest.py", "core/__pycache__/clock.cpython-311.pyc", "docker/notes.txt",
]  # fmt: skip


def files_in_image(folder: Path) -> set[str]:
    """The files that `docker build` sends, by Docker's own rules."""
    found = exclude_paths(str(folder), IGNORED, dockerfile=".dockerignore")
    return {path for path in found if (folder / path).is_file()} - {".dockerignore"}


def test_the_linter_has_nothing_to_say() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([linter, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_settings_models_or_recordings_get_into_an_image(tmp_path: Path) -> None:
    for name in (*PRIVATE, "run.py", "core/clock.py", "docker/entrypoint.sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert files_in_image(tmp_path) == {"run.py", "core/clock.py", "docker/entrypoint.sh"}


def test_all_that_services_load_gets_into_an_image() -> None:
    wanted = {
        str(path.relative_to(ROOT))
        for folder in LOADED
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted | {"config.py", "run.py"} <= files_in_image(ROOT)


def test_what_gets_into_an_image_is_small() -> None:
    assert sum((ROOT / path).stat().st_size for path in files_in_image(ROOT)) < 40e6


@pytest.mark.parametrize("stage", ["web", "realrecap"])
def test_services_do_not_run_as_root(stage: str) -> None:
    user = re.search(r"^USER (\d+):\d+\n\Z", STAGES[stage].strip() + "\n", re.M)
    assert user is not None
    assert int(user[1]) > 0
    assert f"--uid {user[1]} " in STAGES["base"]


def test_the_whole_image_is_built_by_default_and_starts_the_site() -> None:
    assert list(STAGES)[-1] == "realrecap"
    assert 'CMD ["gunicorn"' in STAGES["base"]
    assert STAGES["base"].count("FROM") == 0


def test_packages_are_those_of_the_locked_files() -> None:
    installs = re.findall(r"pip install (.*?)(?: \\)?$", DOCKERFILE, re.M)
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes -r /requirements" in install


def test_final_stages_copy_only_and_the_parts_that_change_least_come_first() -> None:
    for stage in ("web", "realrecap"):
        assert "RUN" not in STAGES[stage]
    sources = re.findall(r"COPY --from=(\S+ \S+)", STAGES["realrecap"])
    assert sources == ["packages /layers/cuda", "packages /layers/torch", "packages /venv", "source /app"]


def test_telemetry_is_off_and_no_demo_model_stands_in_for_a_real_one() -> None:
    for setting in ("DO_NOT_TRACK=1", "HF_HUB_DISABLE_TELEMETRY=1", "PYANNOTE_METRICS_ENABLED=0", "DEMO_MODELS=never"):
        assert setting in STAGES["base"]
