"""The benchmark of recaps and the command that scores one, on the sample meetings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.helpers import ROOT
from support.ollama_server import Model, OllamaServer
from support.sample_truth import LISTED, SAMPLES
from support.scripted_models import reads_well

from webapp.cli.evaluate_recap import evaluate_recap


def bench(*arguments: str, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "recap", *arguments],
        cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def meetings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meetings")
    for name in LISTED:
        (folder / f"{name}.json").write_bytes((SAMPLES / f"{name}.json").read_bytes())
    return folder


@pytest.fixture(scope="module")
def kept(meetings: Path) -> Path:
    folder = meetings / "kept"
    folder.mkdir()
    (folder / "printed.txt").write_text(bench(str(meetings), "--keep", str(folder)))
    return folder


def test_quotes_find_what_the_scripted_meetings_list(kept: Path) -> None:
    pooled = (kept / "printed.txt").read_text().splitlines()[-1]
    decisions, tasks, questions = re.findall(r"(\d+)/(\d+) (\d+)/(\d+)", pooled)
    assert decisions == ("8", "8", "8", "8")
    assert int(tasks[0]) >= 14
    assert int(tasks[3]) - int(tasks[2]) <= 1
    assert questions == ("6", "6", "6", "6")


def test_the_command_scores_a_kept_recap_like_the_benchmark(kept: Path, meetings: Path) -> None:
    paths = [str(kept / "council.json"), str(meetings / "council.json")]
    result = CliRunner().invoke(evaluate_recap, paths)
    assert result.exit_code == 0, result.output
    assert "decisions     3/3   found, 3 of 3 listed are right" in result.output
    counts = json.loads(CliRunner().invoke(evaluate_recap, [*paths, "--json"]).output)
    assert counts["tasks"] == {"wanted": 5, "found": 5, "listed": 5, "right": 5}


def test_what_is_no_recap_and_no_truth_is_told(kept: Path, meetings: Path, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[1]")
    recap, truth, other = str(kept / "council.json"), str(meetings / "council.json"), str(tmp_path / "other.json")
    assert "is not a recap" in CliRunner().invoke(evaluate_recap, [other, truth]).output
    assert "is not a truth" in CliRunner().invoke(evaluate_recap, [recap, other]).output


def test_a_model_is_measured_through_its_server_with_its_tokens(meetings: Path) -> None:
    with OllamaServer(Model("recap:latest")) as server:
        server.script = reads_well
        printed = bench(str(meetings), "recap", OLLAMA_HOST=server.host)
        assert len(server.chats) >= len(LISTED)
    assert printed.splitlines()[1].startswith("# ollama/recap:latest")
    assert int(printed.split()[-1]) > 0
