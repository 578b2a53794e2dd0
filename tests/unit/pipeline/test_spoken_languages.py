"""Each stretch of speech is told its language; one that misleads is overruled, and windows are cut at changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from pipeline.languages import list_spoken
from pipeline.recap import Segment, Transcript, WindowText
from pipeline.spoken_languages import SpokenLanguages, find_languages, smooth, with_languages
from pipeline.voice_activity import TimeSpan, VoiceActivity, pack_windows

SAMPLES = np.zeros(1, dtype=np.float32)


@dataclass
class Scripted:
    """Tells languages by the second: (until, language, probability)."""

    course: list[tuple[float, str, float]]
    is_multilingual: bool = True
    window_seconds: float = 30.0
    batches: list[int] = field(default_factory=list)

    def tell_languages(self, pcm: Any, stretches: Sequence[TimeSpan]) -> list[dict[str, float]]:
        self.batches.append(len(stretches))
        middles = [(stretch.start + stretch.end) / 2 for stretch in stretches]
        found = [next(each for each in self.course if middle < each[0]) for middle in middles]
        return [{language: probability, "xx": 1 - probability} for _, language, probability in found]


def speech_of(seconds: float) -> VoiceActivity:
    """Speech in sentences of four seconds, with pauses of a second."""
    spans = tuple(TimeSpan(float(start), start + 4.0) for start in range(0, int(seconds), 5))
    return VoiceActivity(spans, tuple(pack_windows(spans, 30.0)))


def find(teller: Scripted, seconds: float = 60.0) -> SpokenLanguages:
    return find_languages(SAMPLES, speech_of(seconds), teller, 4, lambda: None)


def test_one_language_leaves_the_windows_as_they_are() -> None:
    teller = Scripted([(60, "nl", 0.95)])
    found = find(teller)
    assert found.windows == speech_of(60).windows
    assert (set(found.languages), found.language) == ({"nl"}, "nl")
    assert found.probability == pytest.approx(0.95)
    assert teller.batches == [4, 4, 4]


def test_windows_are_cut_in_the_pause_where_the_language_changes() -> None:
    found = find(Scripted([(15, "nl", 0.95), (60, "en", 0.95)]))
    assert found.languages == ("nl", "nl", "en", "en", "en", "en", "en")
    assert found.windows[1] == TimeSpan(10.0, 14.0)
    assert found.windows[2].start == 15.0
    assert all(window.seconds <= 30 for window in found.windows)
    assert found.language == "en"


def test_a_greeting_in_another_language_is_told() -> None:
    assert find(Scripted([(5, "nl", 0.9), (60, "en", 0.95)])).languages[0] == "nl"


@pytest.mark.parametrize("doubtful", [(25, "ko", 0.45), (25, "de", 0.6)])
def test_an_uncertain_stretch_follows_its_neighbours(doubtful: tuple[float, str, float]) -> None:
    found = find(Scripted([(20, "en", 0.95), doubtful, (60, "en", 0.95)]))
    assert set(found.languages) == {"en"}


def test_a_short_stretch_counts_less_than_a_long_one() -> None:
    told = [{"en": 0.95, "de": 0.05}, {"de": 0.9, "en": 0.1}, {"en": 0.95, "de": 0.05}, {"de": 0.9}]
    stretches = [TimeSpan(0, 5), TimeSpan(5.5, 6.2), TimeSpan(7, 12), TimeSpan(13, 18)]
    assert smooth(stretches, told) == ["en", "en", "en", "de"]


def test_an_english_model_is_not_asked() -> None:
    teller = Scripted([], is_multilingual=False)
    assert find(teller) == SpokenLanguages.only("en", speech_of(60).windows)
    assert teller.batches == []


def test_nobody_speaks_no_language() -> None:
    found = find_languages(SAMPLES, VoiceActivity((), ()), Scripted([]), 4, lambda: None)
    assert (found.languages, found.probability) == ((), 0.0)


def test_segments_know_the_language_of_their_window_and_the_longest_comes_first() -> None:
    segments = tuple(Segment(f"s{n}", start, start + 2, "word") for n, start in enumerate((1.0, 12.0, 16.0)))
    transcript = Transcript("nl", 0.9, 20.0, (), segments)
    windows = [WindowText(0, (), span=(0.0, 9.0), language="nl"), WindowText(1, (), span=(10.0, 20.0), language="en")]
    told = with_languages(transcript, windows)
    assert [segment.language for segment in told.segments] == ["nl", "en", "en"]
    assert list_spoken(told) == ["en", "nl"]
    assert list_spoken(transcript) == ["nl"]
    assert {segment.language for segment in with_languages(transcript, [WindowText(0, ())]).segments} == {"nl"}
