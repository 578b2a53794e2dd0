from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from pipeline import missed_speech
from pipeline.audio import decode
from pipeline.decode.limits import DecodeLimits
from pipeline.engines.faster_whisper.engine import WhisperRecognizer
from pipeline.errors import ModelMissing, OutOfMemory
from pipeline.evaluate import normalize
from pipeline.recap import Phrase, WindowText, Word
from pipeline.recognizer import TranscribeOptions
from pipeline.samples import StoredSamples
from pipeline.spoken_languages import SpokenLanguages, find_languages
from pipeline.transcribe import find_fault, transcribe
from pipeline.voice_activity import TimeSpan, VoiceActivityOptions, detect_voice_activity

ROOT = Path(__file__).resolve().parents[3]
OPTIONS = TranscribeOptions("en")
PCM = np.zeros(16_000 * 100, dtype=np.float32)
WINDOWS = [TimeSpan(n * 10.0, n * 10.0 + 9) for n in range(10)]


class SavedInMemory:
    """Batches in memory."""

    def __init__(self) -> None:
        self.batches: list[list[WindowText]] = []

    def load(self) -> list[WindowText]:
        return [text for batch in self.batches for text in batch]

    def save(self, number: int, texts: Sequence[WindowText]) -> None:
        assert number == texts[0].window
        self.batches.append(list(texts))


def phrase(text: str, *, logprob: float = -0.2, ratio: float = 1.2) -> Phrase:
    return Phrase(0.0, 1.0, text, logprob, 0.0, ratio, tuple(Word(0, 1, f" {word}", 0.9) for word in text.split()))


def spread(phrases: Sequence[Phrase], window: TimeSpan) -> list[Phrase]:
    """The phrases with words that fill the window: what has a word is not heard again."""

    def fill(one: Phrase) -> Phrase:
        step = window.seconds / max(1, len(one.words))
        words = (
            replace(word, start=window.start + n * step, end=window.start + (n + 1) * step)
            for n, word in enumerate(one.words)
        )
        return replace(one, start=window.start, end=window.end, words=tuple(words))

    return [fill(one) for one in phrases]


class Scripted:
    """A recognizer that says the number of its window, with scripted faults. It replaces the engine where that cannot
    be made to fail on demand; the real one is tested below."""

    workers = 1

    def __init__(self, **behaviour: Any) -> None:
        self.behaviour = behaviour
        self.batches: list[int] = []
        self.alone: list[float] = []

    def decode_batch(self, pcm: Any, windows: Sequence[TimeSpan], options: TranscribeOptions) -> list[list[Phrase]]:
        if len(windows) > self.behaviour.get("fits", 99):
            raise RuntimeError("CUDA failed with error out of memory")
        self.batches.append(len(windows))
        bad = self.behaviour.get("bad", {})
        return [spread(bad.get(w.start, [phrase(f"window {w.start:.0f}")]), w) for w in windows]

    def decode_alone(self, pcm: Any, window: TimeSpan, options: TranscribeOptions) -> list[Phrase]:
        self.alone.append(window.start)
        return spread(self.behaviour.get("again", [phrase("better")]), window)


@pytest.fixture(autouse=True)
def _long_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of a scripted recognizer last as long as they must to fill a window."""
    monkeypatch.setattr(missed_speech, "LONGEST_WORD_SECONDS", 100.0)


def run(recognizer: Any, parts: SavedInMemory | None = None, batch_size: int = 4) -> tuple[WindowText, ...]:
    fractions: list[float] = []
    texts = transcribe(
        PCM, WINDOWS, WINDOWS, recognizer, OPTIONS, parts or SavedInMemory(), batch_size, fractions.append
    )
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    return texts


class Hinted(Scripted):
    """Hears a name right only if it is hinted, as it is with real models."""

    def __init__(self, plain: Phrase, hinted: Phrase) -> None:
        super().__init__()
        self.plain, self.hinted, self.hints = plain, hinted, []

    def decode_batch(self, pcm: Any, windows: Sequence[TimeSpan], options: TranscribeOptions) -> list[list[Phrase]]:
        self.hints.append(options.terms)
        return [[self.hinted if options.terms else self.plain] for _ in windows]


def unsure(text: str, *, ratio: float = 1.2) -> Phrase:
    words = tuple(Word(n / 2, n / 2 + 0.4, f" {word}", 0.3) for n, word in enumerate(text.split()))
    return Phrase(0.0, 9.0, text, -0.2, 0.0, ratio, words)


def hear(plain: Phrase, hinted: Phrase, *terms: str) -> tuple[str, list[tuple[str, ...]]]:
    """The text of one window that is heard with a vocabulary, and the hints of each decoding."""
    recognizer = Hinted(plain, hinted)
    options = TranscribeOptions("en", terms=terms)
    only = [TimeSpan(0.0, 9.0)]
    (text,) = transcribe(PCM, only, [], recognizer, options, SavedInMemory(), 4, lambda _: None)
    return text.phrases[0].text, recognizer.hints


def test_only_a_window_in_which_something_is_like_a_term_is_decoded_again_with_it() -> None:
    plain, hinted = unsure("ask Adam Diggard now"), unsure("ask Adam Duguid now")
    assert hear(plain, hinted, "Xanthe", "Adam Duguid") == ("ask Adam Duguid now", [(), ("Adam Duguid",)])
    assert hear(plain, hinted, "Xanthe", "Hyderabad") == ("ask Adam Diggard now", [()])
    assert hear(plain, hinted) == ("ask Adam Diggard now", [()])
    assert hear(phrase("ask Adam Diggard now"), hinted, "Adam Duguid") == ("ask Adam Diggard now", [()]), "it is sure"
    said = unsure("ask Adam Duguid now")
    assert hear(said, hinted, "Adam Duguid") == ("ask Adam Duguid now", [()]), "it is heard right"


def test_what_comes_of_hints_counts_only_if_a_term_is_heard_and_nothing_is_wrong_with_it() -> None:
    plain = unsure("ask Adam Diggard now")
    text, hints = hear(plain, unsure("ask a dim guard now"), "Adam Duguid")
    assert (text, len(hints)) == ("ask Adam Diggard now", 2)
    text, _ = hear(plain, unsure("Adam Duguid " * 9, ratio=3.0), "Adam Duguid")
    assert text == "ask Adam Diggard now", "a term repeated for ever is no gain"


def test_every_window_is_decoded_once_and_each_batch_is_saved() -> None:
    recognizer, parts = Scripted(), SavedInMemory()
    texts = run(recognizer, parts)
    assert [text.window for text in texts] == list(range(10))
    assert recognizer.batches == [4, 4, 2]
    assert [len(batch) for batch in parts.batches] == [4, 4, 2]


def test_as_many_batches_are_decoded_at_once_as_there_are_workers() -> None:
    together = Barrier(2, timeout=30)

    class Paired(Scripted):
        workers = 2

        def decode_batch(self, pcm: Any, windows: Sequence[TimeSpan], options: TranscribeOptions) -> list[list[Phrase]]:
            if windows[0] in WINDOWS[:4]:
                together.wait()
            return super().decode_batch(pcm, windows, options)

    recognizer, parts = Paired(fits=2), SavedInMemory()
    texts = run(recognizer, parts)
    assert [text.window for text in texts] == list(range(10))
    assert recognizer.batches == [2, 2, 2, 2, 2], "together they have the windows of one batch"


def test_saved_batches_are_not_decoded_again() -> None:
    parts = SavedInMemory()
    whole = run(Scripted(), parts)
    del parts.batches[1]
    recognizer = Scripted()
    assert run(recognizer, parts) == whole
    assert recognizer.batches == [4]


def test_the_batch_is_halved_when_memory_runs_out() -> None:
    recognizer = Scripted(fits=1)
    assert len(run(recognizer)) == 10
    assert set(recognizer.batches) == {1}


def test_what_does_not_fit_at_all_is_an_error() -> None:
    with pytest.raises(OutOfMemory):
        run(Scripted(fits=0))


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (phrase("la " * 40, ratio=3.0), "repetition"),
        (phrase("mumble", logprob=-1.5), "low_confidence"),
        (phrase(""), "no_words"),
    ],
)
def test_an_unreliable_window_is_decoded_again(bad: Phrase, fault: str) -> None:
    assert find_fault([bad], 5.0, OPTIONS) == fault
    recognizer = Scripted(bad={20.0: [bad]})
    texts = run(recognizer)
    assert recognizer.alone == [20.0]
    assert texts[2].failed is None
    assert texts[2].phrases[0].text == "better"


def test_each_window_is_decoded_in_its_own_language() -> None:
    class Polyglot(Scripted):
        def decode_batch(self, pcm: Any, windows: Sequence[TimeSpan], options: TranscribeOptions) -> list[list[Phrase]]:
            self.batches.append(len(windows))
            return [spread([phrase(f"in {options.language}")], window) for window in windows]

    recognizer, parts = Polyglot(), SavedInMemory()
    languages = ["nl", "en"] * 5
    texts = transcribe(PCM, WINDOWS, WINDOWS, recognizer, OPTIONS, parts, 4, lambda _: None, languages)  # type: ignore[arg-type]
    assert [text.language for text in texts] == languages
    assert [text.phrases[0].text for text in texts] == [f"in {language}" for language in languages]
    assert [text.span for text in texts] == [(window.start, window.end) for window in WINDOWS]
    assert recognizer.batches == [4, 4, 1, 1]
    assert len(parts.load()) == 10


def test_a_window_with_invented_words_alone_is_a_sound() -> None:
    invented = replace(phrase("you", logprob=-0.8), no_speech_prob=0.9)
    invented = replace(invented, words=tuple(replace(word, probability=0.05) for word in invented.words))
    text = run(Scripted(bad={20.0: [invented]}, again=[invented]))[2]
    assert (text.phrases, text.failed, text.missed) == ((), None, ())
    assert text.silent == ((20.0, 29.0),)
    heard = run(Scripted(bad={20.0: [invented]}))[2]
    assert (heard.phrases[0].text, heard.silent) == ("better", ())


def test_a_loop_is_cut_and_what_is_left_heard_again() -> None:
    loop = phrase("thank you for watching " * 10, ratio=3.0)
    recognizer = Scripted(bad={20.0: [loop]}, again=[loop])
    text = run(recognizer)[2]
    assert text.phrases[0].text.split() == "thank you for watching".split()
    assert text.missed[0][1] == 29.0
    assert len(recognizer.alone) == 2  # the window, and then what the words no longer cover


def test_a_window_that_stays_bad_is_named_and_its_better_text_kept() -> None:
    recognizer = Scripted(bad={20.0: [phrase("mumble", logprob=-1.5)]}, again=[phrase("murmur", logprob=-1.2)])
    text = run(recognizer)[2]
    assert text.failed == "low_confidence"
    assert text.phrases[0].text == "murmur"


def test_a_short_noise_without_a_word_is_no_fault() -> None:
    assert find_fault([], 0.4, OPTIONS) is None


def test_an_engine_error_that_is_not_about_memory_comes_out() -> None:
    class Broken(Scripted):
        def decode_batch(self, *_: Any) -> list[list[Phrase]]:
            raise RuntimeError("cuBLAS is not there")

    with pytest.raises(RuntimeError, match="cuBLAS"):
        run(Broken())


def test_a_missing_model_is_reported_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="large-v9"):
        _ = WhisperRecognizer(tmp_path / "large-v9", "cpu", "int8").model


@pytest.mark.speech
def test_the_demo_model_hears_the_words_at_their_times(tmp_path: Path) -> None:
    decode(ROOT / "audio_samples" / "ten-seconds.wav", tmp_path / "pcm", DecodeLimits(60))
    pcm = StoredSamples(tmp_path / "pcm")[:]
    recognizer = WhisperRecognizer(ROOT / "demo" / "whisper-demo-en", "cpu", "int8", 2)
    speech = detect_voice_activity(pcm, VoiceActivityOptions(recognizer.window_seconds), lambda _: None)
    assert recognizer.window_seconds == 10
    assert find_languages(pcm, speech, recognizer, 8, lambda: None) == SpokenLanguages.only("en", speech.windows)
    assert recognizer.resolve_language("nl") == "en"
    texts = transcribe(pcm, speech.windows, speech.spans, recognizer, OPTIONS, SavedInMemory(), 8, lambda _: None)
    heard = [word for text in texts for one in text.phrases for word in one.words]
    import json

    truth = json.loads((ROOT / "audio_samples" / "ten-seconds.json").read_text())
    assert normalize("".join(word.text for word in heard)) == normalize(" ".join(t["text"] for t in truth["turns"]))
    for turn in truth["turns"]:
        assert min(abs(word.start - turn["start"]) for word in heard) < 0.5
    assert all(a.start <= b.start and a.end <= 10.0 for a, b in itertools.pairwise(heard))


@pytest.mark.speech
def test_an_unloaded_model_gives_its_memory_back_and_loads_again_when_it_is_needed() -> None:
    loads: list[str] = []
    folder = ROOT / "demo" / "whisper-demo-en"
    recognizer = WhisperRecognizer(folder, "cpu", "int8", 2, before_load=lambda: loads.append("now"))
    told = recognizer.window_seconds
    assert (recognizer.is_loaded, loads) == (False, [])
    assert told == recognizer.model.feature_extractor.chunk_length
    inner = recognizer.model.model
    assert inner.model_is_loaded
    recognizer.unload()
    recognizer.unload()
    assert (recognizer.is_loaded, inner.model_is_loaded) == (False, False)
    assert recognizer.model.model.model_is_loaded
    assert (recognizer.is_loaded, loads) == (True, ["now", "now"])


@pytest.mark.speech
def test_the_real_model_gets_as_many_hints_as_fit() -> None:
    recognizer = WhisperRecognizer(ROOT / "demo" / "whisper-demo-en", "cpu", "int8")
    assert recognizer.choose_hints([]) == []
    terms = [f"Kowalski Number {n}" for n in range(200)]
    hints = recognizer.choose_hints(terms)
    assert 5 < len(hints) < 100
    assert hints == terms[: len(hints)]
