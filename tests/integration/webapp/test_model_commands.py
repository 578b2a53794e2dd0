"""`flask import-ollama-models`, `models list` and what `doctor` says of Ollama, as their owner sees them."""

from __future__ import annotations

import mmap
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from support.factories import make_recording, make_user
from support.gguf_files import gguf
from support.helpers import ROOT, free_port, wait_until
from support.ollama_models import PLAIN
from support.ollama_server import Model, OllamaServer, Reply, says

import config
from core import model_trials
from core.clock import utc_now
from core.database import sessions
from core.jobs import claims, transitions
from ollama_import.sources import QUANTIZATIONS
from webapp.cli.import_ollama_models import find_chat_obstacle, import_ollama_models
from webapp.cli.ollama_checks import check_ollama
from workers import trial_runner

Settings = Callable[..., config.Settings]


@pytest.fixture
def run(app: Flask, ollama: OllamaServer, settings_of: Settings) -> Callable[..., Result]:
    """Runs a command against the stand-in."""
    settings_of(OLLAMA_HOST=ollama.host)
    return lambda *arguments: app.test_cli_runner().invoke(args=[str(one) for one in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sound models and a broken one."""
    for name, modelfile in (("recap:8b", "FROM ./model.gguf\nSYSTEM Brief.\n"), ("small", "FROM ./model.gguf\n")):
        put(tmp_path / "models" / name, modelfile, gguf(seed=len(name)))
    put(tmp_path / "models" / "broken", "FORM ./model.gguf\n", gguf())
    return tmp_path / "models"


def put(folder: Path, modelfile: str, weights: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "Modelfile").write_text(modelfile)
    (folder / "model.gguf").write_bytes(weights)


def table(result: Result) -> list[list[str]]:
    """The rows of the table at the end: model, outcome, and what follows."""
    lines = result.stdout.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith("Model "))
    return [line.split(maxsplit=2) for line in lines[begin + 1 : -1]]


def test_models_are_imported_with_a_table_of_what_came_of_each(
    run: Callable[..., Result], ollama: OllamaServer, folder: Path
) -> None:
    result = run("import-ollama-models", folder)
    assert result.exit_code == 1
    broken, recap, small = table(result)
    assert broken[:2] == ["broken", "failed"]
    assert "Modelfile, line 1: FORM is no instruction" in broken[2]
    assert recap == ["recap:8b", "imported", "608 B  it obeys its system message"]
    assert small[1] == "imported"
    assert result.stdout.splitlines()[-1] == "1 failed, 2 imported; 1.2 kB sent."
    assert "recap:8b: sending model.gguf: 608 B of 608 B (100%)" in result.stderr
    again = run("import-ollama-models", folder, "--only", "small", "--only", "recap:8b")
    assert again.exit_code == 0
    assert [row[1] for row in table(again)] == ["skipped", "skipped"]
    assert len(ollama.creates) == 2


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(
    run: Callable[..., Result], ollama: OllamaServer, folder: Path
) -> None:
    result = run("import-ollama-models", folder, "--dry-run", "--only", "small")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-2:] == [
        "small  to import    608 B  608 B to send", "1 to import; 608 B to send.",
    ]  # fmt: skip
    assert (ollama.uploads, ollama.creates) == ([], [])


def test_wrong_use_ends_with_2(run: Callable[..., Result], folder: Path) -> None:
    unknown = run("import-ollama-models", folder, "--only", "large")
    assert unknown.exit_code == 2
    assert "There is no model large. The models there are: broken, recap:8b, small." in unknown.stderr
    nowhere = run("import-ollama-models", folder / "none")
    assert (nowhere.exit_code, "There is no folder" in nowhere.stderr) == (2, True)
    empty = run("import-ollama-models", folder / "small")
    assert (empty.exit_code, "There are no models in" in empty.stderr) == (2, True)
    assert run("import-ollama-models", folder, "--quantize", "q5_1").exit_code == 2


def test_the_command_offers_what_ollama_can_quantize_to() -> None:
    (option,) = (one for one in import_ollama_models.params if one.name == "quantize")
    assert tuple(option.type.choices) == QUANTIZATIONS


def test_ollama_away_is_one_message_before_anything_is_read(
    run: Callable[..., Result], folder: Path, settings_of: Settings
) -> None:
    settings_of(OLLAMA_HOST=f"http://127.0.0.1:{free_port()}")
    result = run("import-ollama-models", folder)
    assert result.exit_code == 1
    assert "Ollama does not answer at http://127.0.0.1:" in result.stderr
    assert "ollama serve" in result.stderr
    assert "hashing" not in result.stderr
    assert result.stdout == ""


def test_an_old_ollama_is_told_to_be_updated(run: Callable[..., Result], ollama: OllamaServer, folder: Path) -> None:
    ollama.version = "0.5.4"
    result = run("import-ollama-models", folder)
    assert result.exit_code == 1
    assert "version 0.5.4 is too old to import models, 0.5.5 or later is needed" in result.stderr


def test_a_chat_that_fails_is_a_failure_and_can_be_left_out(
    run: Callable[..., Result], ollama: OllamaServer, folder: Path
) -> None:
    ollama.plays(Reply(status=500, late_error="out of memory"))
    failed = run("import-ollama-models", folder, "--only", "small")
    assert (failed.exit_code, table(failed)[0][1]) == (1, "failed")
    assert "a chat with it fails: out of memory" in failed.stdout
    assert run("import-ollama-models", folder, "--only", "small", "--force", "--no-verify").exit_code == 0


def test_no_chat_is_tried_while_a_job_holds_the_gpu(
    run: Callable[..., Result], ollama: OllamaServer, folder: Path
) -> None:
    make_recording(make_user("owner"))
    held = claims.claim("cpu", "worker", utc_now(), 60)
    assert held is not None
    assert find_chat_obstacle() is None
    transitions.advance(held, transitions.Step.LISTEN, utc_now())
    assert claims.claim("gpu", "worker", utc_now(), 60)
    result = run("import-ollama-models", folder, "--only", "small")
    assert result.exit_code == 0
    assert "no chat tried: a job is running" in result.stdout
    assert ollama.chats == []


def test_without_tables_there_is_no_job_and_without_a_database_there_may_be_one(
    data_dir: Path, settings_of: Settings
) -> None:
    assert find_chat_obstacle() is None
    settings_of(DATABASE_URL=f"postgresql://127.0.0.1:{free_port()}/none")
    assert find_chat_obstacle() == "the database does not answer, so a job may be running"
    sessions.engine().dispose()


@pytest.fixture
def slow(folder: Path) -> Path:
    """A folder with a model of two files, the second of them large."""
    put(folder.parent / "slow" / "big", "FROM ./a-00001-of-00002.gguf\n", b"")
    for part in (1, 2):
        data = gguf(weights=8_000_000 * (part - 1) + 64, split__no=part - 1, split__count=2)
        (folder.parent / "slow" / "big" / f"a-0000{part}-of-00002.gguf").write_bytes(data)
    (folder.parent / "slow" / "big" / "model.gguf").unlink()
    return folder.parent / "slow"


def test_who_stops_it_is_told_and_the_next_run_goes_on(
    run: Callable[..., Result], ollama: OllamaServer, slow: Path, data_dir: Path
) -> None:
    ollama.uploads_go_on.clear()
    environment = {**os.environ, "OLLAMA_HOST": ollama.host, "DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "flask", "--app", "run", "import-ollama-models", str(slow)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: ollama.uploads, 60)
    ollama.uploads_go_on.set()
    wait_until(lambda: len(ollama.blobs) == 1, 60)
    ollama.uploads_go_on.clear()
    wait_until(lambda: len(ollama.uploads) == 2 or process.poll() is not None, 60)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    ollama.uploads_go_on.set()
    assert process.returncode == 130
    assert "Stopped. Complete files are kept. The next run continues from there." in errors
    assert "Traceback" not in errors
    sent = len(ollama.uploads)
    result = run("import-ollama-models", slow)
    assert result.exit_code == 0
    assert "sending a-00001" not in result.stderr
    assert len(ollama.uploads) == sent + 1


def test_models_list_shows_what_ollama_has_and_uses(run: Callable[..., Result], ollama: OllamaServer) -> None:
    ollama.models["recap:latest"].size = 4_900_000_000
    ollama.models["embed:latest"] = Model("embed", capabilities=("embedding",), window=2048, quantization="F16")
    ollama.memory.total = 4_500_000_000
    ollama.memory.load("recap:latest", 8192, 6_000_000_000)
    result = run("models", "list")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "language recap:latest 4.9 GB Q4_K_M window 32,768 tokens used: the first that is fit" in lines
    assert "loaded now: 8,192 tokens, 4.5 GB of 6.0 GB on the GPU (75%)" in lines
    assert "language embed:latest 1.0 kB F16 window 2,048 tokens cannot chat" in lines
    assert any(line.startswith("whisper ") for line in lines)


def test_models_list_says_why_a_named_model_is_not_used(
    run: Callable[..., Result], ollama: OllamaServer, settings_of: Settings
) -> None:
    settings_of(OLLAMA_MODEL="recap")
    assert "used: named in OLLAMA_MODEL" in run("models", "list").stdout
    settings_of(OLLAMA_MODEL="large:70b")
    result = run("models", "list")
    assert (result.exit_code, "used:" in result.stdout.split("language")[1]) == (0, False)
    assert "Ollama does not have large:70b, which OLLAMA_MODEL names" in result.stdout


def test_a_damaged_model_does_not_hide_the_others(
    run: Callable[..., Result], ollama: OllamaServer, settings_of: Settings
) -> None:
    ollama.models["old:latest"] = Model("old", damage="unable to load blob")
    ollama.models = dict(reversed(ollama.models.items()))
    listed = run("models", "list").stdout
    assert "is damaged: Ollama says unable to load blob" in listed
    assert "used: the first that is fit" in listed
    damaged = [one for one in check_ollama(config.load()) if one.fix]
    assert [one.state for one in damaged] == ["old:latest is damaged: unable to load blob"]
    settings_of(OLLAMA_MODEL="old")
    assert "Ollama could not describe a model: unable to load blob" in run("models", "list").stdout


def test_models_list_works_with_ollama_away(run: Callable[..., Result], settings_of: Settings) -> None:
    settings_of(OLLAMA_HOST=f"http://127.0.0.1:{free_port()}")
    result = run("models", "list")
    assert result.exit_code == 0
    assert "does not answer, so summaries are made of quotes" in result.stdout
    assert "set OLLAMA_HOST to where it runs" in result.stdout


def test_the_commands_need_nothing_that_the_web_server_does_without() -> None:
    """`requirements-webapp.txt` has no numpy, so neither importing nor looking may lead to the engines."""
    modules = (
        "ollama_import.importer, pipeline.ollama.model_selection,"
        " webapp.cli.ollama_checks, webapp.cli.import_ollama_models"
    )
    program = (
        f"import sys, {modules}; print(sorted({{'numpy', 'torch', 'pipeline.summarize.engine'}} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_names_that_no_terminal_should_see_take_one_line_each(run: Callable[..., Result], tmp_path: Path) -> None:
    put(tmp_path / "two\nlines", "FROM ./model.gguf\n", gguf())
    put(tmp_path / "red\x1b[31m", "FROM ./model.gguf\n", gguf())
    put(tmp_path / os.fsdecode(b"latin\xff"), "FROM ./model.gguf\n", gguf())
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / os.fsdecode(b"w\xff.gguf")).write_bytes(gguf())
    result = run("import-ollama-models", tmp_path, "--no-verify")
    assert [row[0] for row in table(result)] == ["latin\ufffd", "plain", "red\ufffd[31m", "two\ufffdlines"]
    assert [row[1] for row in table(result)] == ["failed"] * 4
    assert "w\ufffd.gguf has a name that cannot be sent" in table(result)[1][2]
    unknown = run("import-ollama-models", tmp_path, "--only", "large")
    assert (unknown.exit_code, "There is no model large" in unknown.stderr) == (2, True)
    (result.output + unknown.output).encode()


def test_the_list_says_why_a_model_is_not_used_by_itself(run: Callable[..., Result], ollama: OllamaServer) -> None:
    ollama.models = {"base:latest": Model("base:latest", template=PLAIN)} | ollama.models
    listed = run("models", "list").stdout
    assert "base model, or without its chat template; used only if named" in listed
    assert "used: the first that is fit" in next(line for line in listed.splitlines() if "recap:latest" in line)
    ollama.version = "0.0.0"
    assert "Ollama, built from source, at" in run("models", "list").stdout


def test_a_model_is_tried_by_a_worker_and_the_command_tells_the_result(
    run: Callable[..., Result], ollama: OllamaServer
) -> None:
    ollama.script = lambda body: says("junk")
    with running_trials():
        result = run("models", "try", "recap")
    assert result.exit_code == 1
    assert "recap:latest is not fit for recaps on this machine: it gives no usable answer" in result.stdout
    assert "on trial: not fit for recaps on this machine" in run("models", "list").stdout


def test_a_model_that_is_not_there_or_cannot_chat_is_not_tried(
    run: Callable[..., Result], ollama: OllamaServer
) -> None:
    ollama.models["embed:latest"] = Model("embed:latest", capabilities=("embedding",))
    assert "Ollama does not have other" in run("models", "try", "other").stderr
    assert "cannot chat" in run("models", "try", "embed").stderr
    assert model_trials.list_all() == []


@contextmanager
def running_trials() -> Iterator[None]:
    """Does what a worker does once it is notified."""
    ended = threading.Event()

    def work() -> None:
        while not trial_runner.run_next("gpu", config.load(), mmap.mmap(-1, 1)):
            if ended.wait(0.05):
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
