"""Words, edits and people of stretches of recordings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits.edit import ADD, APPROVE, ASSIGN, CHANGE, CORRECT, MOVE, REPLACE, Edit
from pipeline.parts.edits import Crossing, carry_edits
from pipeline.parts.speakers import choose_names, match_by_time, measure_overlaps
from pipeline.parts.stretch import Stretch
from pipeline.parts.words import HeardPart, join_words
from pipeline.recap import Phrase, Segment, Speaker, Transcript, WindowText, Word
from pipeline.transcribe import Transcription
from pipeline.voice_activity import TimeSpan, VoiceActivity


def heard(words: list[tuple[float, float, str]], stretch: Stretch, language: str = "en", **window: Any) -> HeardPart:
    """One window with one phrase of these words."""
    said = tuple(Word(start, end, text, 0.9) for start, end, text in words)
    begin, end = words[0][0], words[-1][1]
    phrase = Phrase(begin, end, "".join(word.text for word in said), -0.1, 0.0, 1.0, said)
    text = WindowText(0, (phrase,), span=(begin, end), **window)
    return HeardPart(
        VoiceActivity((TimeSpan(begin, end),), (TimeSpan(begin, end),)), Transcription(language, 0.9, (text,)), stretch
    )


HELLO = [(1.0, 1.4, " Hello"), (1.4, 2.0, " everybody"), (2.0, 2.6, " again")]


def test_a_word_that_a_stretch_ends_in_belongs_to_the_one_that_has_its_middle() -> None:
    for at, left in ((1.69, " Hello"), (1.71, " Hello everybody")):
        first = join_words([heard(HELLO, Stretch(0.0, at))], ())[1]
        second = join_words([heard(HELLO, Stretch(at, 5.0))], ())[1]
        texts = [phrase.text for each in (first, second) for text in each.windows for phrase in text.phrases]
        assert texts == [left, " Hello everybody again".removeprefix(left)]
        assert first.windows[0].phrases[0].words[-1].end <= at
        assert second.windows[0].phrases[0].words[0].start >= 0.0


def test_times_run_on_and_windows_are_counted_through() -> None:
    first = heard(HELLO, Stretch(0.0, 3.0), missed=((2.6, 2.9),), failed="low_confidence")
    second = heard([(0.5, 0.9, " Dag"), (0.9, 20.0, " allemaal")], Stretch(0.0, 21.0, 3.0), "nl")
    speech, words = join_words([first, second], ("Anna",))
    assert [text.window for text in words.windows] == [0, 1]
    assert [text.language for text in words.windows] == ["en", "nl"]
    assert (words.windows[0].missed, words.windows[0].failed) == (((2.6, 2.9),), "low_confidence")
    assert words.windows[1].phrases[0].words[0].start == 3.5
    assert (words.language, words.terms) == ("nl", ("Anna",))
    assert [(span.start, span.end) for span in speech.spans] == [(1.0, 2.6), (3.5, 23.0)]


@given(st.lists(st.floats(0.05, 3.0), min_size=1, max_size=30), st.floats(0.0, 60.0))
def test_no_word_is_lost_or_doubled_wherever_it_is_split(lengths: list[float], at: float) -> None:
    words, now = [], 0.0
    for number, length in enumerate(lengths):
        words.append((round(now, 3), round(now + length, 3), f" w{number}"))
        now += length
    end = max(now, at) + 1.0
    parts = [heard(words, Stretch(0.0, at)), heard(words, Stretch(at, end, at))]
    joined = join_words(parts, ())[1]
    found = [word for text in joined.windows for phrase in text.phrases for word in phrase.words]
    assert [word.text for word in found] == [text for _, _, text in words]
    assert all(0.0 <= word.start <= word.end <= end for word in found)


def transcript(*segments: tuple[str, float, float]) -> Transcript:
    said = tuple(Segment(f"g{n}", start, end, "x", speaker) for n, (speaker, start, end) in enumerate(segments))
    return Transcript("en", 1.0, 100.0, (), said)


def test_people_are_matched_by_when_they_speak() -> None:
    part = transcript(("S1", 10, 20), ("S2", 20, 22), ("S1", 22, 25))
    whole = transcript(("S3", 0, 4), ("S1", 50, 60), ("S2", 60, 62), ("S1", 62, 65))
    overlaps = measure_overlaps(part, Stretch(10.0, 30.0, 50.0), whole)
    assert overlaps == {("S1", "S1"): 13.0, ("S2", "S2"): 2.0}
    assert match_by_time(overlaps) == {"S1": "S1", "S2": "S2"}


def test_who_is_several_people_in_the_whole_is_matched_with_nobody() -> None:
    part = transcript(("S1", 0, 10))
    whole = transcript(("S1", 0, 5), ("S2", 5, 10))
    assert match_by_time(measure_overlaps(part, Stretch(0.0, 10.0), whole)) == {}


def test_of_two_names_the_one_of_the_longest_talk_counts() -> None:
    named = [({"S1": "Anna"}, {("S1", "S2"): 10.0}), ({"S4": "Ann", "S5": "Ben"}, {("S4", "S2"): 4.0})]
    assert choose_names(named) == {"S2": "Anna"}


def segment_target(root: int, start: float, end: float) -> dict[str, Any]:
    return {"root": root, "segment": "g1", "start": start, "end": end}


def point_target(root: int, start: float, *, added: bool = False) -> dict[str, Any]:
    written = {"id": "d1", "text": "So.", "speaker": "S1", "start": start, "end": start + 2, "segments": ["g1"]}
    return {
        "root": root,
        "section": "decisions",
        "written": None if added else written,
        "spans": [] if added else [[start, start + 2]],
    }


STRETCH = Stretch(100.0, 200.0, 50.0)


def crossing(stretch: Stretch = STRETCH, **ids: str) -> Crossing:
    """To a whole that has a segment every ten seconds; Anna, Ben and Carol speak in the part."""
    people = tuple(Speaker(f"S{number}", name, 9.0) for number, name in enumerate(("Anna", "Ben", "Carol"), 1))
    part = replace(transcript(), speakers=people)
    return Crossing(part, stretch, transcript(*(("S1", at, at + 9.0) for at in range(0, 200, 10))), ids)


def test_edits_of_the_stretch_are_carried_with_their_times_people_and_roots() -> None:
    edits = [
        Edit(1, CORRECT, {"text": "Elsewhere.", "target": segment_target(1, 10, 12)}),
        Edit(2, CORRECT, {"text": "Here.", "target": segment_target(2, 110, 112)}),
        Edit(3, ASSIGN, {"speaker": "S2", "target": segment_target(2, 110, 112)}),
        Edit(4, CHANGE, {"changes": {"owner": "S1"}, "target": point_target(4, 120.0)}),
        Edit(5, APPROVE, {"approved": True, "target": point_target(4, 120.0)}),
        Edit(6, MOVE, {"to": 0, "target": point_target(4, 120.0)}),
        Edit(7, REPLACE, {"find": "x", "write": "b", "where": "both", "whole_words": True}),
        Edit(8, CORRECT, {"text": "Undone.", "target": segment_target(8, 130, 132)}, is_undone=True),
    ]
    carried = carry_edits(edits, crossing(S1="S3", S2="S1"), 11)
    assert [(each.number, each.kind, each.root) for each in carried] == [
        (11, CORRECT, 11), (12, ASSIGN, 11), (13, CHANGE, 13), (14, APPROVE, 13), (15, REPLACE, None),
    ]  # fmt: skip
    assert carried[0].payload["target"] == segment_target(11, 60.0, 62.0)
    assert carried[1].payload["speaker"] == "S1"
    assert carried[2].payload["changes"] == {"owner": "S3"}
    target = carried[2].payload["target"]
    assert (target["written"]["start"], target["written"]["speaker"], target["spans"]) == (70.0, "S3", [[70.0, 72.0]])


def test_points_that_people_added_are_carried_by_their_time() -> None:
    edits = [
        Edit(1, ADD, {"start": 150.0, "changes": {"text": "In."}, "target": point_target(1, 0, added=True)}),
        Edit(2, ADD, {"start": 20.0, "changes": {"text": "Out."}, "target": point_target(2, 0, added=True)}),
        Edit(3, CHANGE, {"changes": {"text": "Out!"}, "target": point_target(2, 0, added=True)}),
        Edit(4, ADD, {"start": None, "changes": {"text": "No time."}, "target": point_target(4, 0, added=True)}),
        Edit(5, CHANGE, {"changes": {"text": "In!"}, "target": point_target(1, 0, added=True)}),
    ]
    later = carry_edits(edits, crossing(), 1)
    assert [(each.kind, each.root, each.payload["changes"]["text"]) for each in later] == [
        (ADD, 1, "In."), (CHANGE, 1, "In!"),
    ]  # fmt: skip
    assert later[0].payload["start"] == 100.0
    beginning = carry_edits(edits, crossing(Stretch(0.0, 100.0)), 1)
    assert [each.payload["changes"]["text"] for each in beginning] == ["Out.", "Out!", "No time."]


def test_what_is_about_a_segment_that_is_cut_is_left_behind() -> None:
    edits = [
        Edit(1, CORRECT, {"text": "Both halves.", "target": segment_target(1, 98.0, 103.0)}),
        Edit(2, CORRECT, {"text": "Whole.", "target": segment_target(2, 99.8, 103.0)}),
    ]
    assert [each.payload["text"] for each in carry_edits(edits, crossing(), 1)] == ["Whole."]
    assert carry_edits(edits, crossing(Stretch(0.0, 100.0)), 1) == []


def test_a_point_is_carried_to_the_part_that_has_most_of_what_it_cites() -> None:
    target = {**point_target(1, 96.0), "spans": [[96.0, 100.5]]}
    edits = [Edit(1, CHANGE, {"changes": {"text": "Ben is dismissed."}, "target": target})]
    assert carry_edits(edits, crossing(), 1) == []
    (carried,) = carry_edits(edits, crossing(Stretch(0.0, 100.0)), 1)
    assert carried.payload["target"]["written"]["segments"] == ["g9"], "those of the other transcript"


def test_a_task_of_somebody_who_does_not_speak_there_keeps_the_name() -> None:
    target = point_target(1, 120.0)
    target["written"]["owner"] = "S2"
    edits = [
        Edit(1, APPROVE, {"approved": True, "target": target}),
        Edit(2, CHANGE, {"changes": {"owner": "S3"}, "target": target}),
        Edit(3, CHANGE, {"changes": {"owner": "The board"}, "target": target}),
    ]
    approved, changed, free = carry_edits(edits, crossing(S1="S2"), 1)
    assert (approved.payload["target"]["written"]["owner"], changed.payload["changes"]) == ("Ben", {"owner": "Carol"})
    assert free.payload["changes"] == {"owner": "The board"}


def test_words_that_are_not_said_in_the_part_are_not_told_there() -> None:
    edits = [Edit(1, REPLACE, {"find": "secret", "write": "hidden", "where": "both", "whole_words": True, "places": 3})]
    assert carry_edits(edits, crossing(), 1) == []


def test_the_last_word_of_a_recording_belongs_to_it_even_where_it_ends_later() -> None:
    late = [(1.0, 1.4, " Hello"), (1.9, 2.7, " there")]
    for is_last, count in ((True, 2), (False, 1)):
        words = join_words([heard(late, Stretch(0.0, 2.0, is_last=is_last))], ())[1]
        assert sum(len(phrase.words) for text in words.windows for phrase in text.phrases) == count
