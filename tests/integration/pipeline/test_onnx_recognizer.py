"""Recognition by onnx-asr, with a tiny model of the real kind that hears two tones as words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.engine_models import HIGH_HZ, LOW_HZ, play_tones, write_tone_recognizer

from pipeline.engines.onnx_asr.engine import OnnxRecognizer
from pipeline.engines.onnx_asr.languages import PARAKEET_CODES
from pipeline.engines.onnx_asr.words import to_phrases
from pipeline.errors import Cancelled, ModelMissing, OutOfMemory
from pipeline.recap import WindowText
from pipeline.recognizer import TranscribeOptions
from pipeline.transcribe import transcribe
from pipeline.voice_activity import TimeSpan

OPTIONS = TranscribeOptions("en")
TONES = ((1.0, LOW_HZ), (3.0, HIGH_HZ), (5.0, LOW_HZ), (7.0, HIGH_HZ))
WINDOWS = [TimeSpan(0.0, 4.0), TimeSpan(4.0, 8.0)]
SPEECH = [TimeSpan(start, start + 0.6) for start, _ in TONES]


class SavedInMemory:
    """Batches in memory."""

    def __init__(self) -> None:
        self.texts: list[WindowText] = []

    def load(self) -> list[WindowText]:
        return list(self.texts)

    def save(self, _number: int, texts: Sequence[WindowText]) -> None:
        self.texts += texts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tone_recognizer(tmp_path_factory.mktemp("models") / "tones")


@pytest.fixture(scope="module")
def recognizer(folder: Path) -> OnnxRecognizer:
    return OnnxRecognizer(folder, "cpu", 2)


def hear(recognizer: Any, store: SavedInMemory, batch_size: int, on_progress: Any = lambda _: None) -> list[str]:
    texts = transcribe(play_tones(8.0, *TONES), WINDOWS, SPEECH, recognizer, OPTIONS, store, batch_size, on_progress)
    return ["".join(phrase.text for phrase in text.phrases) for text in texts]


def test_words_are_heard_when_they_are_said(recognizer: OnnxRecognizer) -> None:
    first, second = recognizer.decode_batch(play_tones(8.0, *TONES), WINDOWS, OPTIONS)
    words = [word for phrase in (*first, *second) for word in phrase.words]
    assert [word.text for word in words] == [" low", " high", " low", " high"]
    for word, (start, _) in zip(words, TONES, strict=True):
        assert word.start == pytest.approx(start, abs=0.1)
        assert start < word.end < start + 0.7


def test_a_window_without_a_word_has_no_phrase(recognizer: OnnxRecognizer) -> None:
    sound = np.concatenate([np.zeros(64_000, np.float32), play_tones(4.0, TONES[0])])
    silent, spoken = recognizer.decode_batch(sound, WINDOWS, OPTIONS)
    assert (silent, len(spoken)) == ([], 1)


def test_a_cancelled_transcription_goes_on_after_the_last_saved_batch(
    recognizer: OnnxRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SavedInMemory()

    def stop_after_the_first(share: float) -> None:
        if share > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        hear(recognizer, store, 1, stop_after_the_first)
    decoded: list[Any] = []
    real = recognizer.decode_batch
    monkeypatch.setattr(recognizer, "decode_batch", lambda *args: decoded.append(args[1]) or real(*args))
    assert hear(recognizer, store, 1) == [" low high", " low high"]
    assert decoded == [WINDOWS[1:]]


def test_a_batch_for_which_memory_does_not_suffice_is_halved(folder: Path) -> None:
    recognizer = OnnxRecognizer(folder, "cpu", 2)
    real, sizes = recognizer.model, []

    def recognize(sounds: list[Any]) -> Any:
        sizes.append(len(sounds))
        if len(sounds) > 1:
            raise Exception("[ONNXRuntimeError] : 1 : FAIL : Failed to allocate memory for requested buffer")
        return real.recognize(sounds)

    recognizer._model = SimpleNamespace(recognize=recognize)
    assert hear(recognizer, SavedInMemory(), 2) == [" low high", " low high"]
    assert sizes == [2, 1, 1]

    def fail(_sounds: list[Any]) -> Any:
        raise MemoryError

    recognizer._model = SimpleNamespace(recognize=fail)
    with pytest.raises(OutOfMemory):
        hear(recognizer, SavedInMemory(), 2)


def test_weights_in_int8_are_used_where_there_are_no_others(folder: Path, tmp_path: Path) -> None:
    for name in ("encoder-model", "decoder_joint-model"):
        (tmp_path / f"{name}.int8.onnx").write_bytes((folder / f"{name}.onnx").read_bytes())
    for name in ("vocab.txt", "config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    recognizer = OnnxRecognizer(tmp_path, "cuda", 2)  # onnxruntime is built for the CPU alone here
    assert recognizer.manner == "greedy, int8 on cpu"
    assert recognizer.decode_alone(play_tones(4.0, TONES[0]), WINDOWS[0], OPTIONS)[0].text == " low"


def test_a_model_of_25_languages_is_told_by_its_tokens_and_refuses_others(folder: Path, tmp_path: Path) -> None:
    assert OnnxRecognizer(folder, "cpu").resolve_language("ja") == "en"
    (tmp_path / "vocab.txt").write_text("".join(f"▁{n} {n}\n" for n in range(8193)), encoding="utf-8")
    recognizer = OnnxRecognizer(tmp_path, "cpu")
    assert recognizer.is_multilingual
    assert recognizer.resolve_language("uk") == "uk"
    with pytest.raises(ModelMissing, match="does not know Japanese") as caught:
        recognizer.resolve_language("ja")
    assert "WHISPER_MODEL" in caught.value.hint


def test_the_language_is_told_by_the_words(folder: Path) -> None:
    recognizer = OnnxRecognizer(folder, "cpu")
    texts = ["we should talk about the budget of next year", "wir müssen noch über den Haushalt sprechen", "..."]
    heard = [SimpleNamespace(text=text) for text in texts]
    recognizer._model = SimpleNamespace(recognize=lambda sounds: heard[: len(sounds)])
    told = recognizer.tell_languages(np.zeros(48_000, np.float32), [TimeSpan(n, n + 1) for n in range(3)])
    assert [max(each, key=lambda code: each[code]) for each in told] == ["en", "de", "en"]
    assert told[0]["en"] > 0.9
    assert told[2]["en"] == pytest.approx(1 / len(PARAKEET_CODES))


def test_tokens_become_words_with_their_punctuation() -> None:
    heard = SimpleNamespace(
        tokens=["<|en|>", " We", "ll", ",", " yes", "."],
        timestamps=[0.0, 0.08, 0.16, 0.24, 1.6, 1.68],
        logprobs=[0.0, -0.1, -0.1, -0.4, 0.0, 0.0],
    )
    (phrase,) = to_phrases(heard, TimeSpan(10.0, 11.8))
    assert phrase.text == " Well, yes."
    assert [(word.text, word.start, word.end) for word in phrase.words] == [
        (" Well,", 10.08, 10.56),
        (" yes.", 11.6, 11.8),
    ]
    assert phrase.words[1].probability == 1.0
    assert phrase.avg_logprob == -0.12
