"""What every speech engine must do. An engine is added to MODELS; nothing else here knows one."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.engine_models import LOW_HZ, play_tones, write_speakrs_model, write_tone_recognizer
from support.helpers import ROOT

from pipeline.diarize import DiarizeOptions, Diarizer
from pipeline.engines.catalogue import ENGINES, EngineEntry, find_engine
from pipeline.engines.place import Place
from pipeline.errors import Cancelled, DiarizationMissing, ModelMissing
from pipeline.recognizer import Recognizer, TranscribeOptions
from pipeline.samples import SAMPLE_TYPE, StoredSamples
from pipeline.voice_activity import TimeSpan

pytestmark = pytest.mark.speech

#: A small model of each engine, made in a folder or found in one.
MODELS: dict[str, Callable[[Path], Path]] = {
    "faster_whisper": lambda _: ROOT / "demo" / "whisper-demo-en",
    "onnx_asr": write_tone_recognizer,
    "pyannote": lambda _: ROOT / "demo" / "diarization-demo",
    "speakrs": write_speakrs_model,
}
PROTOCOLS = {"whisper": (Recognizer, ModelMissing), "diarization": (Diarizer, DiarizationMissing)}
ANY = DiarizeOptions()
OPTIONS = TranscribeOptions("en")
WINDOWS = [TimeSpan(0.0, 3.0), TimeSpan(3.0, 6.0)]

engines = pytest.mark.parametrize("entry", ENGINES, ids=lambda entry: entry.name)
recognizers = pytest.mark.parametrize(
    "entry", [one for one in ENGINES if one.kind == "whisper"], ids=lambda one: one.name
)
diarizers = pytest.mark.parametrize(
    "entry", [one for one in ENGINES if one.kind == "diarization"], ids=lambda one: one.name
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[EngineEntry], Path]:
    """The folder of an engine's model, made once."""
    made: dict[str, Path] = {}

    def folder_of(entry: EngineEntry) -> Path:
        if entry.name not in made:
            made[entry.name] = MODELS[entry.name](tmp_path_factory.mktemp("models") / entry.name)
        return made[entry.name]

    return folder_of


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> StoredSamples:
    """Six seconds as the pipeline has them: in half precision, in a file."""
    path = tmp_path_factory.mktemp("sound") / "samples.f16"
    play_tones(6.0, (1.0, LOW_HZ), (4.0, LOW_HZ)).astype(SAMPLE_TYPE).tofile(path)
    return StoredSamples(path)


def use(engine: Any, sound: Any) -> Any:
    """Make an engine do its work."""
    if hasattr(engine, "diarize"):
        return engine.diarize(sound, ANY, lambda _share: None)
    return engine.decode_batch(sound, WINDOWS[:1], OPTIONS)


@engines
def test_its_folder_is_recognised_and_no_other(entry: EngineEntry, folders: Callable[[EngineEntry], Path]) -> None:
    assert find_engine(folders(entry)) is entry
    assert not any(other.owns(folders(entry)) for other in ENGINES if other is not entry)
    assert not find_engine(folders(entry).parent)


@engines
def test_it_has_what_the_protocol_asks_for(entry: EngineEntry, folders: Callable[[EngineEntry], Path]) -> None:
    protocol, _ = PROTOCOLS[entry.kind]
    engine = entry.create(folders(entry), Place("cpu"))
    for name, wanted in vars(protocol).items():
        if name.startswith("_"):
            continue
        assert hasattr(type(engine), name), f"{entry.name} has no {name}"
        if inspect.isfunction(wanted):
            has, asked = (inspect.signature(one).parameters for one in (getattr(type(engine), name), wanted))
            assert list(has) == list(asked), f"{name} takes other arguments"
    assert engine.manner.endswith("cpu") or "on cpu" in engine.manner
    assert entry.version


@engines
def test_it_loads_on_first_use_and_again_after_it_was_unloaded(
    entry: EngineEntry, folders: Callable[[EngineEntry], Path], sound: StoredSamples
) -> None:
    loads: list[str] = []
    engine = entry.create(folders(entry), Place("cpu", "int8", 2, lambda: loads.append("now")))
    assert (engine.is_loaded, loads) == (False, [])
    before = use(engine, sound)
    assert (engine.is_loaded, loads) == (True, ["now"])
    engine.unload()
    engine.unload()
    assert not engine.is_loaded
    assert use(engine, sound) == before
    assert loads == ["now", "now"]


@engines
def test_a_missing_model_and_a_broken_one_are_told_by_name(
    entry: EngineEntry, folders: Callable[[EngineEntry], Path], sound: StoredSamples, tmp_path: Path
) -> None:
    _, error = PROTOCOLS[entry.kind]
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "none"):
        with pytest.raises(error, match=f"{folder.name} is not installed") as caught:
            use(entry.create(folder, Place("cpu")), sound)
        assert "flask models" in caught.value.hint
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in entry.needs:
        (broken / name.replace("*", "")).write_text(f"no model, {entry.mark}")
    with pytest.raises(error, match=r"broken cannot be loaded"):
        use(entry.create(broken, Place("cpu")), sound)


@engines
def test_asking_for_it_loads_no_library_and_using_it_makes_no_connection(
    entry: EngineEntry, folders: Callable[[EngineEntry], Path], tmp_path: Path
) -> None:
    work = (
        "engine.diarize(sound, DiarizeOptions(), lambda share: None)"
        if entry.kind == "diarization"
        else "engine.decode_batch(sound, [TimeSpan(0.0, 2.0)], TranscribeOptions('en'))"
    )
    program = (
        "import socket, sys; from pathlib import Path\n"
        "from pipeline.engines.catalogue import ENGINES\n"
        "heavy = set('torch numpy ctranslate2 faster_whisper pyannote speakrs onnx_asr onnxruntime'.split())\n"
        f"entry = next(one for one in ENGINES if one.name == {entry.name!r})\n"
        "assert entry.is_installed and not heavy & set(sys.modules)\n"
        "from pipeline.engines.place import Place\n"
        f"engine = entry.create(Path({str(folders(entry))!r}), Place('cpu'))\n"
        "assert not (heavy - {'numpy'}) & set(sys.modules), heavy & set(sys.modules)\n"
        "def refuse(*args): raise AssertionError('the network was asked for')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "import numpy as np; from pipeline.diarize import DiarizeOptions\n"
        "from pipeline.recognizer import TranscribeOptions; from pipeline.voice_activity import TimeSpan\n"
        "sound = np.random.default_rng(0).normal(0, 0.01, 32000).astype(np.float32)\n"
        f"{work}\n"
    )
    # what a native library would fetch, it would fetch through this
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "https_proxy", "HF_ENDPOINT"), "http://127.0.0.1:1")
    environment = {**os.environ, **nowhere, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr + done.stdout == ""
    assert not list(tmp_path.rglob("*huggingface*"))


@recognizers
def test_a_recognizer_gives_each_window_its_own_words_in_order(
    entry: EngineEntry, folders: Callable[[EngineEntry], Path], sound: StoredSamples
) -> None:
    engine = entry.create(folders(entry), Place("cpu", "int8", 2))
    assert isinstance(engine.window_seconds, int | float)
    assert not engine.is_loaded
    found = engine.decode_batch(sound, WINDOWS, OPTIONS)
    assert len(found) == len(WINDOWS)
    for phrases, window in zip(found, WINDOWS, strict=True):
        words = [word for phrase in phrases for word in phrase.words]
        assert all(window.start <= word.start <= word.end <= window.end + 0.5 for word in words)
        assert all(one.start <= other.start for one, other in pairwise(words))
        assert all(word.text.startswith(" ") and 0 <= word.probability <= 1 for word in words)
        assert all("".join(word.text for word in phrase.words) == phrase.text for phrase in phrases)
    assert isinstance(engine.decode_alone(sound, WINDOWS[0], OPTIONS), list)


@recognizers
def test_a_recognizer_tells_or_knows_the_language(
    entry: EngineEntry, folders: Callable[[EngineEntry], Path], sound: StoredSamples
) -> None:
    engine = entry.create(folders(entry), Place("cpu", "int8", 2))
    assert engine.resolve_language("en") == "en"
    if engine.is_multilingual:
        for told in engine.tell_languages(sound, WINDOWS):
            assert sum(told.values()) == pytest.approx(1.0, abs=0.01)
    else:
        assert engine.resolve_language("nl") == "en"


@diarizers
def test_turns_lie_within_the_recording_and_exclusive_ones_apart(
    entry: EngineEntry, folders: Callable[[EngineEntry], Path], sound: StoredSamples
) -> None:
    engine = entry.create(folders(entry), Place("cpu"))
    shares: list[float] = []
    found = engine.diarize(sound, ANY, shares.append)
    assert all(0 <= turn.start < turn.end <= 6.0 for turn in (*found.turns, *found.exclusive))
    assert all(one.end <= other.start for one, other in pairwise(found.exclusive))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert min(shares) >= 0


@diarizers
def test_work_that_is_cancelled_stops_with_the_reason_and_the_engine_goes_on(
    entry: EngineEntry, folders: Callable[[EngineEntry], Path], sound: StoredSamples
) -> None:
    engine = entry.create(folders(entry), Place("cpu"))

    def stop(_share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        engine.diarize(sound, ANY, stop)
    shares: list[float] = []
    engine.diarize(sound, ANY, shares.append)
    assert shares[-1] == 1.0


@diarizers
def test_voices_are_vectors_of_length_one_or_not_to_be_had(
    entry: EngineEntry, folders: Callable[[EngineEntry], Path], sound: StoredSamples
) -> None:
    engine = entry.create(folders(entry), Place("cpu"))
    voices = engine.embed_voices(sound, [TimeSpan(0.9, 1.7), TimeSpan(3.9, 4.7)], lambda _share: None)
    if voices is not None:
        assert np.linalg.norm(voices, axis=1) == pytest.approx([1.0, 1.0], abs=0.01)
