"""The recipes of CONTRIBUTING.md: few files each, all of them there, and one of them followed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.helpers import ROOT

RECIPES = re.findall(r"^### (Add .*)\n((?:(?!^#).*\n)*)", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)


def test_there_is_a_recipe_for_everything_that_is_added_often() -> None:
    added = {title.removeprefix("Add ") for title, _ in RECIPES}
    assert added >= {"a stage", "an engine", "a template", "an export", "a page", "a setting"}


@pytest.mark.parametrize(("title", "text"), RECIPES)
def test_a_recipe_touches_at_most_three_files_and_names_real_ones(title: str, text: str) -> None:
    steps = re.findall(r"^\d+\. (?:`([^`]+)`)?", text, re.MULTILINE)
    assert 0 < len(steps) <= 3, title
    for path in filter(None, steps):
        known = Path(path.partition("<")[0])  # <feature> stands for a new name
        assert (ROOT / known if "<" not in path else ROOT / known.parent).exists(), path


ADD_A_STAGE = """
from pipeline import catalogue

added = catalogue.Stage("translate", catalogue.Step.SUMMARIZE, "Translate", "Translating", "Translated", "Translation",
                        5000.0, is_optional=True, without="There is no translation.")
catalogue.STAGES = (*catalogue.STAGES[:4], added, *catalogue.STAGES[4:])
catalogue.STAGE_NAMES = tuple(stage.name for stage in catalogue.STAGES)
catalogue._BY_NAME["translate"] = added

from core.database.tables import Job, Recording
from core.jobs.recovery import OPTIONAL_STAGES
from core.jobs.time_left import remaining_stages
from pipeline.reading import provenance
from webapp.recordings import details, states
from workers import job_monitor

job = Job(step="summarize", status="running", stage="translate", skip=[])
recording = Recording(version=None, job=job)
assert "translate" in OPTIONAL_STAGES
assert remaining_stages(job, recording) == ["summarize", "translate", "render"]
assert states.current_stage(recording).doing == "Translating"
assert job_monitor.MAX_SILENCE_SECONDS == 5000.0
assert provenance.name_stage("translate") == "Translation"
"""


def test_a_stage_added_to_the_catalogue_is_known_everywhere(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", ADD_A_STAGE], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
