"""Speech that no word covers is heard again, and what stays without words is told."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import missed_speech
from pipeline.missed_speech import AROUND_SECONDS, find_missed, hear_missed
from pipeline.recap import Phrase, Word
from pipeline.recognizer import Recognizer, TranscribeOptions
from pipeline.samples import SAMPLE_RATE
from pipeline.voice_activity import TimeSpan

pytestmark = pytest.mark.usefixtures("any_length")
OPTIONS = TranscribeOptions("en")


def phrase(*words: tuple[float, float, str], probability: float = 0.9, logprob: float = -0.3) -> Phrase:
    made = tuple(Word(start, end, f" {text}", probability) for start, end, text in words)
    return Phrase(made[0].start, made[-1].end, "".join(word.text for word in made), logprob, 0.1, 1.2, made)


class Scripted:
    """A recognizer that answers with given phrases and notes what it was given."""

    def __init__(self, *answers: list[Phrase]) -> None:
        self.answers, self.heard = list(answers), list[NDArray[np.float32]]()

    def decode_alone(self, samples: Any, window: TimeSpan, options: TranscribeOptions) -> list[Phrase]:
        assert window == TimeSpan(0.0, len(samples) / SAMPLE_RATE)
        self.heard.append(samples[:])
        return self.answers.pop(0) if self.answers else []


@pytest.fixture
def any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words may last as long as they do here."""
    monkeypatch.setattr(missed_speech, "LONGEST_WORD_SECONDS", 100.0)


def hear(recognizer: Scripted, speech: list[TimeSpan], phrases: list[Phrase], level: float = 0.2) -> Any:
    samples = np.full(30 * SAMPLE_RATE, level, dtype=np.float32)
    return hear_missed(samples, speech, phrases, cast(Recognizer, recognizer), OPTIONS)


@pytest.mark.parametrize(
    ("speech", "words", "missed"),
    [
        ([(0, 10)], [(0, 10)], []),
        ([(0, 10)], [(0, 4), (7, 10)], [(4, 7)]),
        ([(0, 10)], [(0, 9.5)], []),  # under a second
        ([(0, 3), (3.3, 5)], [], [(0, 5)]),  # one stretch across a short silence
        ([(0, 3), (3.6, 5)], [], [(0, 3), (3.6, 5)]),
        ([(0, 3), (3.3, 5)], [(3.0, 3.2)], [(0, 3), (3.3, 5)]),  # a word stands between
        ([(2, 6)], [(1, 3), (5.5, 8)], [(3, 5.5)]),
        ([], [(0, 1)], []),
    ],
)
def test_speech_without_a_word_is_found(
    speech: list[tuple[float, float]], words: list[tuple[float, float]], missed: list[tuple[float, float]]
) -> None:
    phrases = [phrase(*((start, end, "word") for start, end in words))] if words else []
    found = find_missed([TimeSpan(*span) for span in speech], phrases)
    assert [(span.start, span.end) for span in found] == missed


def test_what_was_passed_over_is_put_in_its_place() -> None:
    before = [phrase((0, 2, "one"), (8, 10, "three"))]
    recognizer = Scripted([phrase((0.2, 5.9, "two"))])  # in the sound from 1.8 s on
    heard = hear(recognizer, [TimeSpan(0, 10)], before)
    assert " ".join(each.text.strip() for each in heard.phrases) == "one two three"
    assert [each.start for each in heard.phrases] == [0, 2.0, 8]
    assert heard.missed == ()
    assert len(recognizer.heard[0]) == pytest.approx((6 + 2 * AROUND_SECONDS) * SAMPLE_RATE, abs=1)


def test_what_has_no_word_all_the_same_is_told() -> None:
    heard = hear(Scripted(), [TimeSpan(0, 10)], [phrase((0, 5, "one"))])
    assert heard.missed == (TimeSpan(5, 10),)
    assert [each.text for each in heard.phrases] == [" one"]


@pytest.mark.parametrize(
    "doubtful",
    [
        phrase((0.2, 4, "you"), probability=0.1),
        phrase((0.2, 4, "you"), probability=0.3),
        phrase((0.2, 4, "you"), logprob=-1.2),
        phrase((-3.0, 0.1, "you")),  # of the sentence before
    ],
    ids=["an unlikely word", "unlikely words", "an unlikely phrase", "beside the stretch"],
)
def test_no_word_is_taken_that_is_likely_to_be_invented(doubtful: Phrase) -> None:
    heard = hear(Scripted([doubtful]), [TimeSpan(0, 10)], [phrase((0, 5, "one"))])
    assert [each.text for each in heard.phrases] == [" one"]


def test_faint_speech_is_heard_louder() -> None:
    recognizer = Scripted()
    hear(recognizer, [TimeSpan(0, 10)], [], level=0.01)
    assert recognizer.heard[0].max() == pytest.approx(0.5)
    recognizer = Scripted()
    hear(recognizer, [TimeSpan(0, 10)], [], level=0.2)
    assert recognizer.heard[0].max() == pytest.approx(0.2)


def test_a_word_that_lasts_too_long_hides_no_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed_speech, "LONGEST_WORD_SECONDS", 1.3)
    heard = hear(
        Scripted([phrase((0.3, 1.0, "and"), (1.0, 2.5, "then"))]),
        [TimeSpan(0, 4)],
        [phrase((0, 3.2, "and"), (3.2, 4, "so"))],
    )
    assert [word.text for one in heard.phrases for word in one.words] == [" and", " then", " so"]


def test_a_long_window_is_heard_in_pieces_if_more_words_are_likely_so() -> None:
    speech, sparse = [TimeSpan(0, 14), TimeSpan(15, 28)], [phrase((0, 10, "once"), (15, 28, "twice"))]
    more = [[phrase((0.2, 7, "once"), (7, 14.2, "upon"))], [phrase((0.2, 13.2, "twice"))]]
    assert [one.text for one in hear(Scripted(*more), speech, sparse).phrases] == [" once upon", " twice"]
    less = [[phrase((0.2, 14.2, "once"))], []]
    assert [one.text for one in hear(Scripted(*less), speech, sparse).phrases] == [" once twice"]
