"""`flask models pull|verify|export|import|list` as their owner sees them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from support.helpers import ROOT, wait_until
from support.hub_server import HubModel, HubServer

import config
from core.speech_models import MANIFEST
from model_store.catalogue import DIARIZATION, EXTRA_DIARIZATION, EXTRA_RECOGNIZERS, WHISPER_MODELS
from pipeline.engines.catalogue import SPEAKRS
from webapp import create_app

TURBO = WHISPER_MODELS[1]
TOKEN = "hf_a-secret-of-the-owner"


@pytest.fixture
def run(sqlite: str, hub: HubServer) -> Callable[..., Result]:
    """Runs a command."""
    app: Flask = create_app()
    return lambda *arguments: app.test_cli_runner().invoke(args=["models", *map(str, arguments)])


def test_pull_installs_both_models_and_says_why_this_one(run: Callable[..., Result], models: Path) -> None:
    result = run("pull")
    assert result.exit_code == 0, result.output
    assert "large-v3-turbo: the usual one" in result.stderr
    assert "Without a GPU it is slow" in result.stderr
    assert "faster-whisper-large-v3-turbo: downloading: 3.0 MB of 3.0 MB (100%)" in result.stderr
    assert f"installed in {models / TURBO.folder} (3.0 MB downloaded, all sums right)" in result.stdout
    assert (models / DIARIZATION.folder / "config.yaml").is_file()
    assert "already installed" in run("pull", "whisper").stdout


def test_little_memory_takes_a_smaller_model(
    run: Callable[..., Result], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.speech_memory._free_machine_bytes", lambda: 4_000_000_000)
    result = run("pull", "whisper")
    assert "small: large-v3-turbo needs more than there is: 4.0 GB of free memory" in result.stderr
    assert [path.name for path in models.glob("faster*")] == ["faster-whisper-small"]


def test_a_model_is_named_by_size_or_repository(run: Callable[..., Result], models: Path) -> None:
    assert run("pull", "whisper", "--model", "small").exit_code == 0
    assert (models / "faster-whisper-small").is_dir()
    wrong = run("pull", "whisper", "--model", "huge")
    assert (wrong.exit_code, "There is no Whisper model huge. The models: large-v3," in wrong.stderr) == (2, True)
    wrong = run("pull", "diarization", "--model", "small")
    assert (
        wrong.exit_code,
        "There is no diarization model small. The models: community-1, speakrs" in wrong.stderr,
    ) == (
        2,
        True,
    )


def test_models_of_extra_engines_are_pulled_by_name_with_their_own_files_and_revision(
    run: Callable[..., Result], hub: HubServer, models: Path, settings_of: Callable[..., config.Settings]
) -> None:
    parakeet, revision = EXTRA_RECOGNIZERS[1], EXTRA_DIARIZATION.revision
    names = ("vocab.txt", "config.json", "encoder-model.int8.onnx", "decoder_joint-model.int8.onnx")
    hub.models[parakeet.repository] = HubModel(dict.fromkeys((*names, "encoder-model.onnx", "a.onnx"), b"x" * 10))
    files = dict.fromkeys((*SPEAKRS.needs, "segmentation-3.0.onnx"), b"y" * 10)
    hub.models[EXTRA_DIARIZATION.repository] = HubModel(files, commit=revision)
    assert run("pull", "whisper", "--model", parakeet.name).exit_code == 0
    assert {path.name for path in (models / parakeet.name).iterdir()} == {*names, MANIFEST}
    assert run("pull", "diarization", "--model", "speakrs").exit_code == 0
    assert {path.name for path in (models / "speakrs-models").iterdir()} == {*SPEAKRS.needs, MANIFEST}
    assert any(revision in one.path and "/revision/" in one.path for one in hub.asked)
    (models / "speakrs-models" / "plda_mu.npy").write_bytes(b"z" * 10)
    damaged = run("verify")
    assert "Repair it with `flask models pull diarization --model speakrs`" in damaged.stdout
    settings_of(DIARIZATION_ENGINE="speakrs")
    assert "speakrs-models: installed" in run("pull", "diarization").stdout
    (models / parakeet.name / "vocab.txt").write_bytes(b"z" * 10)
    assert f"Repair it with `flask models pull whisper --model {parakeet.name}`" in run("verify").stdout
    assert "speakrs-models" in run("list").stdout


def test_a_gated_model_does_not_keep_the_other_from_being_installed(
    run: Callable[..., Result], hub: HubServer, models: Path, settings_of: Callable[..., config.Settings]
) -> None:
    hub.models[DIARIZATION.repository].token = TOKEN
    result = run("pull", "all")
    assert result.exit_code == 1
    assert (models / TURBO.folder).is_dir()
    assert "accept the terms at https://huggingface.co/pyannote/speaker-diarization-community-1" in result.stderr
    assert "HF_TOKEN into .env" in result.stderr
    settings_of(HF_TOKEN=TOKEN)
    result = run("pull", "all")
    assert (result.exit_code, TOKEN in result.output) == (0, False)


def test_verify_names_each_damaged_file_and_the_command_that_repairs_it(
    run: Callable[..., Result], models: Path
) -> None:
    run("pull")
    assert run("verify").exit_code == 0
    (models / TURBO.folder / "config.json").write_text("{ }")
    (models / TURBO.folder / "vocabulary.json").unlink()
    (models / TURBO.folder / "more.bin").write_text("more")
    result = run("verify")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert lines[:4] == [
        "faster-whisper-large-v3-turbo damaged",
        "config.json has 3 bytes instead of 2",
        "vocabulary.json is missing",
        "more.bin does not belong to it",
    ]
    assert lines[4] == f"Repair it with `flask models pull whisper --model {TURBO.repository}`."
    assert lines[5] == "speaker-diarization-community-1 intact"
    assert run("pull", "whisper", "--model", TURBO.repository).exit_code == 0
    assert run("verify").exit_code == 0
    assert run("verify", "none").exit_code == 2


def test_models_travel_in_one_file(
    run: Callable[..., Result], tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    assert run("export", tmp_path / "models.tar").exit_code == 2  # nothing is installed
    run("pull")
    exported = run("export", tmp_path / "models.tar")
    assert exported.exit_code == 0, exported.output
    assert "Install it elsewhere with `flask models import models.tar`." in exported.stdout
    assert "exists" in run("export", tmp_path / "models.tar").stderr
    settings_of(MODELS_DIR=tmp_path / "elsewhere", HF_ENDPOINT="http://127.0.0.1:1")
    imported = run("import", tmp_path / "models.tar")
    assert imported.exit_code == 0, imported.output
    assert f"faster-whisper-large-v3-turbo: installed in {tmp_path / 'elsewhere'}." in imported.stdout
    assert run("verify").exit_code == 0
    assert "already installed" in run("import", tmp_path / "models.tar").stdout
    missing = run("import", tmp_path / "none.tar")
    assert (missing.exit_code, "none.tar: No such file or directory." in missing.stderr) == (1, True)


def test_list_shows_what_fits_what_is_used_and_what_is_unfinished(
    run: Callable[..., Result], hub: HubServer, models: Path
) -> None:
    run("pull", "whisper", "--model", "small")
    hub.break_after = [1_000_000] + [0] * 20
    assert run("pull", "whisper").exit_code == 1
    lines = [" ".join(line.split()) for line in run("list").stdout.splitlines()]
    assert any(line.startswith("whisper faster-whisper-small 90 kB fits, used: ") for line in lines)
    assert "unfinished faster-whisper-large-v3-turbo 1.0 MB `flask models pull` goes on with it" in lines
    assert any(line.startswith(f"Folder of installed models: {models}. Models are chosen by ") for line in lines)


def test_ctrl_c_keeps_what_came_and_the_next_run_goes_on_at_that_byte(
    sqlite: str, hub: HubServer, models: Path, data_dir: Path
) -> None:
    go_on, waiting = threading.Event(), threading.Event()

    def gate(position: int) -> None:
        if position >= 1_500_000:
            waiting.set()
            go_on.wait(60)

    hub.gate = gate
    environment = {**os.environ, "DATA_DIR": str(data_dir), "HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN}
    command = [sys.executable, "-m", "flask", "--app", "run", "models", "pull", "whisper"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert waiting.wait(60)
    folder = models / ".partial" / TURBO.folder
    wait_until(lambda: sum(path.stat().st_size for path in folder.glob("model.bin*")) > 1_400_000)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    go_on.set()
    assert process.returncode == 130, errors
    assert "run the command again to go on from there" in errors
    assert "Traceback" not in errors
    assert TOKEN not in output + errors
    (part,) = folder.glob("model.bin*")
    reached = part.stat().st_size
    assert reached > 1_400_000
    hub.gate = None
    hub.asked.clear()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert [one.start for one in hub.downloads("model.bin")] == [reached]
    assert "all sums right" in done.stdout
