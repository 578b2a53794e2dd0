"""Speakers who seem to be one person, or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.diarize import Diarization
from pipeline.recap import Phrase, SpeakerTurn, VoiceOffer, WindowText, Word
from pipeline.speakers.compare import compare_voices
from pipeline.speakers.two_groups import split_in_two
from pipeline.voice_activity import TimeSpan

PEOPLE = np.eye(4, 64, dtype=np.float32)  # the true voices of four people
SPREAD = 0.05  # of each number of a sentence's voice


class Voicer:
    """Embeds as a model would: the voice of the person who speaks at a time, a little different in each stretch."""

    def __init__(self, who_at: Callable[[float], int]) -> None:
        self.who_at = who_at

    def embed_voices(
        self, _samples: object, spans: Sequence[TimeSpan], _on_progress: Callable[[float], None]
    ) -> NDArray[np.float32]:
        heard = []
        for span in spans:
            chance = np.random.default_rng(round(span.start * 10))
            voice = PEOPLE[self.who_at((span.start + span.end) / 2)] + SPREAD * chance.standard_normal(64)
            heard.append(voice / np.linalg.norm(voice))
        return np.array(heard, dtype=np.float32)


def find(labels: str, people: Sequence[int], seconds: float = 3.0) -> tuple[VoiceOffer, ...]:
    """The offers for a meeting of sentences in turn: how diarization labels each, and who it truly is."""
    turns = tuple(SpeakerTurn(n * 10.0, n * 10.0 + 9, label) for n, label in enumerate(labels))
    windows = [
        WindowText(n, (Phrase(turn.start, turn.start + seconds, "", -0.2, 0.0, 1.1, (word,)),))
        for n, turn in enumerate(turns)
        for word in [Word(turn.start, turn.start + seconds, " Words.", 0.9)]
    ]
    voicer = Voicer(lambda at: people[int(at // 10)])
    return compare_voices(windows, Diarization(turns, turns), np.zeros(0), voicer, lambda _: None).offers


def test_nothing_is_offered_where_each_speaker_is_one_person() -> None:
    assert find("ABC" * 6, [0, 1, 2] * 6) == ()
    assert find("A" * 12, [0] * 12) == ()


def test_one_person_under_two_labels_is_offered_for_merging() -> None:
    (offer,) = find("ABC" * 6, [0, 1, 0] * 6)
    assert (offer.kind, offer.speakers, offer.id) == ("merge", ("A", "C"), "merge-A-C")
    assert 0.5 <= offer.confidence <= 1
    assert [int(start) // 10 % 3 for start, _ in offer.examples] == [0, 2], "a sentence of each to listen to"


def test_two_people_under_one_label_are_offered_for_parting() -> None:
    people = [0, 1, 2] * 6
    (offer,) = find("ABA" * 6, people)
    assert (offer.kind, offer.speakers) == ("part", ("A",))
    assert len({people[int(start) // 10] for start, _ in offer.spans}) == 1, "all of the second person"
    assert len(offer.spans) == 6
    assert {people[int(start) // 10] for start, _ in offer.examples} == {0, 2}


def test_two_people_under_the_only_label_are_offered_for_parting() -> None:
    (offer,) = find("A" * 12, [0, 1] * 6)
    assert (offer.kind, len(offer.spans)) == ("part", 6)


def test_too_little_speech_is_not_judged() -> None:
    assert find("ABC" * 3, [0, 1, 0] * 3) == (), "three sentences each"
    assert find("ABC" * 6, [0, 1, 0] * 6, seconds=1.2) == (), "seven seconds each"
    assert find("ABC" * 12, [0, 1, 0] * 12, seconds=0.9) == (), "short ones"


def test_a_few_sentences_of_somebody_else_are_no_second_person() -> None:
    assert find("A" * 12, [0] * 9 + [1] * 3) == ()


def test_sentences_of_a_known_speaker_make_no_third_one() -> None:
    assert find("AABB" * 6, [0, 1, 1, 1] * 6) == (), "half of A's sentences are B's"


def test_voices_that_all_sound_alike_tell_nothing() -> None:
    assert find("ABCD" * 6, [0] * 24) == ()


def test_what_others_talk_over_is_left_out() -> None:
    labels, people = "AB" * 12, [0, 1, 2, 1] * 6
    turns = tuple(SpeakerTurn(n * 10.0, n * 10.0 + 9, label) for n, label in enumerate(labels))
    over = tuple(replace(turn, speaker="B") for n, turn in enumerate(turns) if n % 4 == 2)
    windows = [
        WindowText(
            n, (Phrase(turn.start, turn.start + 3, "", 0, 0, 1, (Word(turn.start, turn.start + 3, " So.", 1),)),)
        )
        for n, turn in enumerate(turns)
    ]
    voicer = Voicer(lambda at: people[int(at // 10)])
    apart = compare_voices(windows, Diarization(turns, turns), np.zeros(0), voicer, lambda _: None)
    mixed = compare_voices(windows, Diarization((*turns, *over), turns), np.zeros(0), voicer, lambda _: None)
    assert [offer.id for offer in apart.offers] == ["part-A"]
    assert mixed.offers == ()


def test_two_groups_are_found_whatever_their_order() -> None:
    chance = np.random.default_rng(3)
    vectors = PEOPLE[[0] * 9 + [1] * 5] + SPREAD * chance.standard_normal((14, 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    for _ in range(5):
        order = chance.permutation(14)
        assert (split_in_two(vectors[order]) == (order >= 9)).all()
