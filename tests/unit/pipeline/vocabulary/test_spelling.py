"""Near misses of low confidence are spelled by the vocabulary, each kept as it was heard; sure words stay."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from pipeline.reading.view import read_segments
from pipeline.reading.words import locate_words
from pipeline.recap import Segment, Spelling, Transcript, Word, from_json, to_json
from pipeline.vocabulary.entries import parse_vocabulary
from pipeline.vocabulary.spelling import list_spellings, spell_transcript


def say(text: str, *probabilities: float, sure: float = 0.95) -> Segment:
    """A segment of a word a second; `probabilities` are those of its first words, the others are sure."""
    words = []
    position = 0
    for number, word in enumerate(text.split(" ")):
        chance = probabilities[number] if number < len(probabilities) else sure
        words.append(Word(float(number), number + 0.9, word, chance, "S1", position))
        position += len(word) + 1
    return Segment("s1", 0.0, float(len(words)), text, "S1", words=tuple(words))


def spell(vocabulary: str, *segments: Segment) -> tuple[Segment, ...]:
    transcript = Transcript("en", 1.0, 60.0, (), segments)
    return spell_transcript(transcript, parse_vocabulary(vocabulary)).segments


def spelled(vocabulary: str, text: str, *probabilities: float) -> str:
    (segment,) = spell(vocabulary, say(text, *probabilities))
    check_words(segment)
    return segment.text


def check_words(segment: Segment) -> None:
    """Whether words, positions and spellings all fit the text."""
    located = locate_words(segment)
    assert len(located) == len(segment.words)
    assert [each.start for each in located] == [word.position for word in segment.words]
    assert " ".join(word.text for word in segment.words) == segment.text
    assert all(one.end <= other.start + 0.001 for one, other in pairwise(segment.words))
    for each in segment.spellings:
        assert segment.text.startswith(each.written, each.position)


@pytest.mark.parametrize(
    ("vocabulary", "heard", "written"),
    [
        ("Kowalski", "Kovalsky agreed.", "Kowalski agreed."),
        ("Kowalski", "Kovalsky, agreed.", "Kowalski, agreed."),
        ("Kowalski", "“Kovalsky” agreed.", "“Kowalski” agreed."),
        ("Kowalski", "Kovalsky's plan", "Kowalski's plan"),
        ("RealRecap", "Real recap works.", "RealRecap works."),
        ("Adam Duguid", "Adam Dugid here.", "Adam Duguid here."),
        ("Anna Kowalski", "Annakovalski agreed.", "Anna Kowalski agreed."),
        ("Müller", "Muller agreed.", "Müller agreed."),
        ("Kubernetes", "Cubernetis runs.", "Kubernetes runs."),
    ],
)
def test_an_unsure_near_miss_is_spelled_by_the_vocabulary(vocabulary: str, heard: str, written: str) -> None:
    assert spelled(vocabulary, heard, 0.3, 0.3) == written


@pytest.mark.parametrize(
    ("vocabulary", "heard"),
    [
        ("Kowalski", "Kowalski agreed."),
        ("Kowalski", "Kowalskis agreed."),  # an ending, not a mishearing
        ("Kowalski", "Nobody agreed."),
        ("Rob", "rub it"),  # too short to tell
        ("Kowalski\nKowalska", "Kowalsku agreed."),  # either
        ("Q34 report", "Q35 report is due."),
        ("Anna Kowalski", "Anna. Kowalsky agreed."),  # two sentences
        ("Marwick", "market opens"),
        ("Katie", "cat is here"),
        ("Steve", "steep hill"),
        ("Will", "Well, then"),
        ("Mark", "much more"),
    ],
)
def test_what_is_no_near_miss_of_one_term_stays_as_heard(vocabulary: str, heard: str) -> None:
    assert spelled(vocabulary, heard, 0.3, 0.3) == heard


def test_a_sure_word_is_never_changed() -> None:
    assert spelled("Kowalski", "Kovalsky agreed.", 0.9) == "Kovalsky agreed."
    assert spelled("Anna Kowalski", "Anna Kovalsky agreed.", 0.95, 0.3) == "Anna Kovalsky agreed."


def test_a_form_that_is_heard_surely_elsewhere_is_a_word_of_its_own() -> None:
    segments = spell("Grafana", say("Graphana is here.", 0.3), say("The Graphana again.", 0.9, 0.95))
    assert segments[0].text == "Graphana is here."


def test_a_form_that_an_entry_replaces_is_replaced_however_sure() -> None:
    assert spelled("real recap -> RealRecap", "Real Recap, and real recap!", 0.99) == "RealRecap, and RealRecap!"
    assert spelled("okay -> OK", "OK okay") == "OK OK"


def test_each_change_keeps_what_was_heard_and_when() -> None:
    (segment,) = spell("Kowalski\nreal recap -> RealRecap", say("So Kovalsky likes real recap.", 0.9, 0.2))
    assert segment.text == "So Kowalski likes RealRecap."
    assert segment.spellings == (Spelling(3, "Kowalski", "Kovalsky"), Spelling(18, "RealRecap", "real recap"))
    transcript = Transcript("en", 1.0, 60.0, (), (segment,))
    assert [at for at, _ in list_spellings(transcript)] == [1.0, 3.0]
    assert from_json(Transcript, to_json(transcript)) == transcript
    assert [(word.text, word.probability) for word in segment.words if word.text.startswith("Kowalski")] == [
        ("Kowalski", 0.2)
    ], "the recognizer is no surer for it"


def test_a_transcript_without_a_near_miss_is_the_same() -> None:
    segment = say("Nothing to see here.", 0.2, 0.2, 0.2, 0.2)
    assert spell("Kowalski", segment) == (segment,)


def test_the_reading_view_marks_a_change_as_a_whole() -> None:
    (segment,) = spell("Adam Duguid", say("Here is Adam Dugid today.", 0.9, 0.9, 0.3, 0.3))
    (turn,) = read_segments([segment]).turns
    assert [(run.text, run.spelling and run.spelling.heard) for run in turn.paragraphs[0].runs] == [
        ("Here is ", None),
        ("Adam Duguid", "Adam Dugid"),
        (" today.", None),
    ]


def test_a_language_without_spaces_is_replaced_by_its_characters() -> None:
    text = "我们用格拉法纳看。"
    words = tuple(Word(float(n), n + 1.0, c, 0.9, None, n) for n, c in enumerate(text) if c != "。")
    segments = spell("格拉法纳 -> Grafana", Segment("s1", 0.0, 9.0, text, words=words))
    assert segments[0].text == "我们用Grafana看。"


def test_any_words_and_any_vocabulary_keep_text_and_words_together() -> None:
    for segment in _mixed():
        (changed,) = spell("Anna Kowalski\nan other -> another\nRedis\nabab\nb a -> c d e", segment)
        check_words(changed)


def _mixed() -> Iterator[Segment]:
    pieces = ["an", "other", "Ana", "Kowalsky,", "(Redys)", "b", "a", "aba", "..."]
    for first in range(len(pieces)):
        yield say(" ".join(pieces[first:] + pieces[:first]), *([0.3] * 9))
