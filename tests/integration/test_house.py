"""Who may import whom, seen from fresh interpreters; and what documents must tell."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
from support.imports import PACKAGES, find_circle, group_by_folder, read_imports

import config

ROOT = Path(__file__).resolve().parents[2]
ENGINES = {
    *("torch", "ctranslate2", "faster_whisper", "pyannote", "onnx_asr", "speakrs"),
    *("av", "reportlab", "onnxruntime", "scipy", "pynvml", "wordfreq"),
}
OPEN_TO_ALL = {
    *("pipeline", "pipeline.catalogue", "pipeline.coverage", "pipeline.errors", "pipeline.languages", "pipeline.recap"),
    *("pipeline.json_values", "pipeline.overlays", "pipeline.summary_points"),
    *("pipeline.speakers", "pipeline.speakers.corrected_turns"),
    *("pipeline.reading", "pipeline.reading.people", "pipeline.reading.view", "pipeline.reading.words"),
    *("pipeline.rename_speakers", "pipeline.separate_channels", "pipeline.vocabulary", "pipeline.vocabulary.entries"),
    *("pipeline.engines", "pipeline.engines.catalogue"),
    "pipeline.reading.written",
    *("pipeline.accepted_offers", "pipeline.meeting", "pipeline.time_zone", "pipeline.typed_text"),
    *("pipeline.details", "pipeline.details.calendar", "pipeline.details.cleaning", "pipeline.details.file_name"),
    *("pipeline.details.show", "pipeline.summarize", "pipeline.summarize.due_days"),
    *("pipeline.edits", "pipeline.edits.apply", "pipeline.edits.edit", "pipeline.edits.history"),
    *("pipeline.edits.matching", "pipeline.edits.point_board", "pipeline.edits.targets"),
    *("pipeline.edits.replaced_texts", "pipeline.edits.replacement"),
    *("pipeline.edits.segment_changes", "pipeline.edits.transcript_edits"),
    *("pipeline.reading.draft", "pipeline.reading.dues", "pipeline.reading.marks", "pipeline.reading.public"),
    *("pipeline.render", "pipeline.render.pdf", "pipeline.render.pdf.order", "pipeline.render.pdf.parts"),
    *("pipeline.render.formatting", "pipeline.render.letterhead", "pipeline.render.meeting"),
    "pipeline.speakers.known_voices",
    *("pipeline.minutes", "pipeline.minutes.defaults", "pipeline.minutes.filled"),
    *("pipeline.parts", "pipeline.parts.stretch", "pipeline.render.exports"),
    *("pipeline.render.exports.catalogue", "pipeline.render.exports.file_name"),
}


def modules_after(code: str, tmp_path: Path) -> set[str]:
    """The modules of a fresh interpreter that ran some code."""
    program = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def tops(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


def test_the_web_process_loads_no_engine(tmp_path: Path) -> None:
    loaded = modules_after("import run\nrun.create_app()", tmp_path)
    assert not tops(loaded) & ENGINES
    assert {name for name in loaded if name.startswith("pipeline")} <= OPEN_TO_ALL
    assert "workers" not in tops(loaded)


def test_the_parent_of_the_workers_and_beat_load_no_engine(tmp_path: Path) -> None:
    loaded = modules_after("from run import celery\ncelery.loader.import_default_modules()", tmp_path)
    assert "workers.tasks" in loaded
    assert not tops(loaded) & (ENGINES - {"pynvml"})


def test_the_core_knows_neither_web_nor_engines(tmp_path: Path) -> None:
    names = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "core").rglob("*.py")
    )
    loaded = modules_after("import " + ", ".join(names), tmp_path)
    assert not tops(loaded) & (ENGINES | {"flask", "webapp", "workers"})
    assert {name for name in loaded if name.startswith("pipeline")} <= OPEN_TO_ALL


def test_the_pipeline_knows_neither_web_queue_database_nor_settings(tmp_path: Path) -> None:
    names = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "pipeline").rglob("*.py")
    )
    loaded = modules_after("import " + ", ".join(names), tmp_path)
    assert not tops(loaded) & {"flask", "celery", "sqlalchemy", "config", "core", "workers", "webapp"}


ALLOWED = {
    "configuration": {"configuration"},
    "pipeline": {"pipeline"},
    "ollama_import": {"ollama_import", "pipeline"},
    "model_store": {"model_store", "core", "pipeline", "config", "configuration"},
    "core": {"core", "pipeline", "config", "configuration"},
    "workers": {"workers", "model_store", "core", "pipeline", "config", "configuration"},
    "webapp": {"webapp", "ollama_import", "model_store", "core", "pipeline", "config", "configuration"},
}


@pytest.mark.parametrize("package", ALLOWED)
def test_no_module_names_a_package_it_must_not_know(package: str) -> None:
    """Imports inside functions count too."""
    ours = set(ALLOWED) | {"config", "launcher", "run"}
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            known = {name.split(".")[0] for name in names} & ours
            assert known <= ALLOWED[package], f"{path.relative_to(ROOT)} imports {known - ALLOWED[package]}"


def test_no_files_import_each_other_in_a_circle() -> None:
    assert find_circle(read_imports()) == []


def test_no_folders_import_each_other_in_a_circle() -> None:
    assert find_circle(group_by_folder(read_imports())) == []


def test_a_circle_would_be_found() -> None:
    assert find_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []


def test_the_environment_is_read_by_the_settings_alone() -> None:
    # proxies and certificates are the machine's, not ours: httpx reads them, and somebody must tell which is wrong
    allowed = {ROOT / "pipeline" / "ollama" / "connection.py"}
    for package in ("pipeline", "ollama_import", "model_store", "core", "workers", "webapp"):
        for path in set((ROOT / package).rglob("*.py")) - allowed:
            text = path.read_text()
            reads = "os.getenv" in text or "environ.get" in text
            assert not reads, f"{path.relative_to(ROOT)} reads the environment"


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    for name, field in config.Settings.model_fields.items():
        row = next((line for line in text.splitlines() if line.startswith(f"| `{name.upper()}`")), None)
        assert row, f"docs/settings.md does not tell of {name.upper()}"
        default = field.default
        if isinstance(default, bool | int | float | str) and default != "":
            shown = f"{default:g}" if isinstance(default, float) else str(default)
            assert f"`{shown}`" in row, f"docs/settings.md tells another default of {name.upper()} than {shown}"
    named = set(re.findall(r"^\| `(\w+)` \|", text, re.M))
    assert named == {name.upper() for name in config.Settings.model_fields}, "docs/settings.md tells of other settings"


def test_files_stay_small() -> None:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    lines = {path: len(path.read_text().splitlines()) for path in paths}
    large = {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > 300}
    assert large == {}
    assert median(lines.values()) <= 110
