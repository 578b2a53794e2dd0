"""Which places of a recap come first, and what is merged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.recaps import sample_recap

from pipeline.doubts.doubt import AROUND_SECONDS, VOICE_SECONDS, Doubt
from pipeline.doubts.listing import list_doubts
from pipeline.recap import (
    ActionItem,
    Coverage,
    FailedWindow,
    Point,
    Recap,
    Segment,
    Speaker,
    SpeakerTurn,
    Spelling,
    Transcript,
    Word,
)

SURE = 0.99


def segment(name: str, text: str, unsure: dict[str, float], *, at: float = 0.0, **fields: object) -> Segment:
    """A segment whose words take half a second each; `unsure` has the probabilities of some."""
    words = []
    for number, word in enumerate(text.split(" ")):
        start = at + number / 2
        words.append(Word(start, start + 0.5, f" {word}", unsure.get(word.strip(".,?"), SURE), "S1"))
    return replace(Segment(name, at, words[-1].end, text, "S1", words=tuple(words)), **fields)


def recap(*segments: Segment, turns: tuple[SpeakerTurn, ...] = (), windows: tuple[FailedWindow, ...] = ()) -> Recap:
    sample = sample_recap()
    speakers = (Speaker("S1", "Anna", 10.0), Speaker("S2", "Ben", 10.0))
    empty = dict.fromkeys(("overview", "topics", "decisions", "action_items", "questions", "quotes"), ())
    return replace(
        sample,
        transcript=Transcript("en", 1.0, 60.0, speakers, segments, turns),
        summary=replace(sample.summary, **empty),
        coverage=Coverage(60.0, 60.0, 60.0, 60.0, windows),
    )


def texts(doubts: list[Doubt]) -> list[str]:
    return [doubt.text for doubt in doubts]


def point(kind: type[Point] = Point, **fields: object) -> Point:
    return kind(**{"id": "p1", "text": "We go.", "start": 0.0, "end": 2.0, "segments": ("a",)} | fields)


def test_a_doubtful_number_comes_before_a_more_doubtful_filler() -> None:
    found = list_doubts(
        recap(segment("a", "Well we have around thirteen libraries now", {"Well": 0.2, "thirteen": 0.4}))
    )
    assert texts(found) == ["thirteen", "Well"]
    assert found[0].doubt < found[1].doubt
    assert found[0].rank > found[1].rank


def test_what_a_decision_cites_comes_before_the_same_word_elsewhere() -> None:
    made = recap(
        segment("x", "The library opens", {"library": 0.5}),
        segment("a", "The library closes", {"library": 0.5}, at=9.0),
    )
    assert [one.segment for one in list_doubts(made)] == ["x", "a"]
    cited = replace(made, summary=replace(made.summary, decisions=(point(),)))
    assert [one.segment for one in list_doubts(cited)] == ["a", "x"]
    asked = replace(cited, summary=replace(cited.summary, questions=(point(id="q", segments=("x",)),)))
    assert [one.segment for one in list_doubts(asked)] == ["a", "x"]


def test_neighbouring_doubtful_words_are_one_place_and_distant_ones_are_two() -> None:
    text = "Please bring sixty copper pipes to the old boat house on the other side"
    unsure = {"sixty": 0.5, "pipes": 0.5, "side": 0.5}
    found = sorted(list_doubts(recap(segment("a", text, unsure))), key=lambda one: one.start)
    assert texts(found) == ["sixty copper pipes", "side"]
    assert [text[slice(*one.span)] for one in found] == texts(found)
    assert (found[0].start, found[0].end) == (1.0, 2.5)
    assert found[0].listen_seconds == pytest.approx(1.5 + 2 * AROUND_SECONDS)
    assert found[0].reason == "unsure words"


def test_sure_words_and_those_that_a_vocabulary_wrote_are_no_places() -> None:
    assert list_doubts(recap(segment("a", "Grafana is fine", {}))) == []
    spelled = segment("a", "Grafana is fine", {"Grafana": 0.3}, spellings=(Spelling(0, "Grafana", "Gravana"),))
    assert list_doubts(recap(spelled)) == []


def test_a_voice_that_is_nearer_to_another_person_is_named() -> None:
    found = list_doubts(recap(segment("a", " ".join(["word"] * 20), {}, speaker_confidence=0.1)))
    assert [(one.kind, one.reason, one.speaker) for one in found] == [("speaker", "the voice is nearer to Ben's", "S1")]
    assert found[0].doubt == pytest.approx(0.9)
    assert found[0].listen_seconds == VOICE_SECONDS


def test_words_in_the_turn_of_another_person_may_be_theirs() -> None:
    turns = (SpeakerTurn(0.0, 3.0, "S1"), SpeakerTurn(0.0, 1.0, "S2"))
    found = list_doubts(recap(segment("a", "option is expensive but useful", {}), turns=turns))
    assert [(one.text, one.reason) for one in found] == [("option is", "Ben speaks at the same time")]


def test_nobody_is_doubted_where_speakers_were_not_told_apart() -> None:
    made = recap(segment("a", "We go", {}, speaker=None))
    assert [one.reason for one in list_doubts(made)] == ["nobody was recognised by the voice"]
    assert list_doubts(replace(made, transcript=replace(made.transcript, speakers=()))) == []


def test_speech_without_words_is_a_place_and_sounds_are_none() -> None:
    windows = (FailedWindow(5.0, 7.0, "no_words"), FailedWindow(9.0, 12.0, "no_speech"))
    found = list_doubts(recap(segment("a", "We go", {}), windows=windows))
    assert [(one.kind, one.start, one.end, one.segment, one.reason) for one in found] == [
        ("missing", 5.0, 7.0, None, "no words were recognised here")
    ]


def test_what_the_language_model_guessed_is_a_place() -> None:
    made = recap(segment("a", "We go", {}))
    item = point(ActionItem, owner="S2", owner_by="model", due="on Friday", due_by="model", proof="lines")
    moved = point(id="p2", proof="anchored")
    told = point(ActionItem, id="p3", owner="S2", owner_by="rule", due="on Friday", due_by="rule", proof="quote")
    summary = replace(made.summary, action_items=(item, told), overview=(moved,))
    found = list_doubts(replace(made, summary=summary))
    assert [(one.kind, one.text, one.point) for one in found] == [
        ("due", "on Friday", "p1"), ("owner", "Ben", "p1"), ("point", "We go.", "p2"),
    ]  # fmt: skip
    assert found[1].reason == "the owner was guessed by the language model"
    assert list_doubts(replace(made, summary=replace(summary, engine="extractive"))) == []


def test_the_list_is_in_order_the_same_each_time_and_its_ids_are_unique() -> None:
    made = sample_recap(doubt=0.2)
    found = list_doubts(made)
    assert len(found) > 30
    assert found == list_doubts(made)
    ranks = [round(one.rank, 6) for one in found]
    assert ranks == sorted(ranks, reverse=True)
    assert len({one.id for one in found}) == len(found)
    assert all(0 < one.doubt <= 1 and one.listen_seconds > 0 for one in found)
