"""What the folder of a Whisper model says must be what the loaded model says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.engines.faster_whisper.engine import WhisperRecognizer
from pipeline.engines.faster_whisper.folder import read_is_multilingual, read_window_seconds

DEMO = Path(__file__).resolve().parents[3] / "demo" / "whisper-demo-en"


def copy_demo_model(folder: Path, name: str, more: list[str]) -> Path:
    """The demo model with more tokens in its vocabulary, which is in the file `name`."""
    for path in DEMO.iterdir():
        if not path.name.startswith("vocabulary"):
            (folder / path.name).symlink_to(path)
    tokens = json.loads((DEMO / "vocabulary.json").read_text())
    place = tokens.index("<|startoftranscript|>") - 1
    tokens[place:place] = more
    text = json.dumps(tokens) if name.endswith(".json") else "".join(f"{token}\n" for token in tokens)
    (folder / name).write_text(text)
    return folder


@pytest.mark.speech
def test_the_language_is_resolved_without_loading_the_model() -> None:
    recognizer = WhisperRecognizer(DEMO, "cpu", "int8", 2)
    told = recognizer.is_multilingual
    assert recognizer.resolve_language("nl") == "en"
    assert not recognizer.is_loaded
    assert told is recognizer.model.model.is_multilingual is False


@pytest.mark.speech
@pytest.mark.parametrize("name", ["vocabulary.json", "vocabulary.txt"])
@pytest.mark.parametrize(
    "more", [[], [""], [f"<more-{number}>" for number in range(60_000)]], ids=["en", "multi", "big"]
)
def test_the_vocabulary_says_what_the_loaded_model_says(more: list[str], name: str, tmp_path: Path) -> None:
    folder = copy_demo_model(tmp_path, name, more)
    recognizer = WhisperRecognizer(folder, "cpu", "int8", 2)
    resolved = recognizer.resolve_language("nl")
    assert not recognizer.is_loaded
    assert read_is_multilingual(folder) is recognizer.model.model.is_multilingual is ("" in more)
    assert resolved == recognizer.resolve_language("nl") == ("nl" if "" in more else "en")


@pytest.mark.parametrize("content", [None, b"{", b"\xff", b"7", b"[]"])
def test_a_folder_that_does_not_tell_is_no_answer(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "vocabulary.json").write_bytes(content)
    assert read_is_multilingual(tmp_path) is None


@pytest.mark.speech
def test_the_model_is_loaded_where_its_folder_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.engines.faster_whisper.engine.read_is_multilingual", lambda folder: None)
    recognizer = WhisperRecognizer(DEMO, "cpu", "int8", 2)
    assert recognizer.resolve_language("nl") == "en"
    assert recognizer.is_loaded


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"chunk_length": null}'])
def test_the_usual_window_is_that_of_whisper(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "preprocessor_config.json").write_bytes(content)
    assert read_window_seconds(tmp_path) == 30.0
