"""Corrections of a transcript: text, speakers, and where segments begin and end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.recaps import sample_recap

from pipeline.edits.apply import apply
from pipeline.edits.edit import Edit
from pipeline.edits.targets import find_segment_target
from pipeline.overlays import WrittenNumber
from pipeline.recap import Recap, Segment, Word

BASE = sample_recap()


def with_first(text: str, numbers: tuple[WrittenNumber, ...] = ()) -> Recap:
    """A recap whose first segment has this text, a word a second from second 0 on."""
    parts = text.split()
    first = BASE.transcript.segments[0]
    words = tuple(Word(float(n), n + 1.0, f" {part}", 0.5, first.speaker) for n, part in enumerate(parts))
    first = replace(first, id="s0", start=0.0, end=float(len(parts)), text=text, words=words, numbers=numbers)
    return replace(BASE, transcript=replace(BASE.transcript, segments=(first, *BASE.transcript.segments[1:])))


def make_edit(recap: Recap, edits: list[Edit], kind: str, segment: str, **payload: Any) -> list[Edit]:
    target = find_segment_target(recap, edits, segment, len(edits) + 1)
    assert target is not None
    return [*edits, Edit(len(edits) + 1, kind, {**payload, "target": target})]


def first_of(recap: Recap, edits: list[Edit]) -> Segment:
    return apply(recap, edits).transcript.segments[0]


def timed(segment: Segment) -> list[tuple[str, float, float]]:
    return [(word.text.strip(), word.start, word.end) for word in segment.words]


def test_words_that_stay_keep_their_times_and_new_ones_share_the_rest() -> None:
    recap = with_first("we meet on graph anna today")
    segment = first_of(recap, make_edit(recap, [], "correct", "s0", text="We meet on Grafana itself today"))
    assert (segment.text, segment.edited_by, segment.id) == ("We meet on Grafana itself today", "hand", "s0")
    words = timed(segment)
    assert words[1:3] == [("meet", 1.0, 2.0), ("on", 2.0, 3.0)]
    assert words[-1] == ("today", 5.0, 6.0)
    assert [word for word, _, _ in words] == segment.text.split()
    assert (words[3][1], words[4][2]) == (3.0, 5.0)
    assert words[3][2] == words[4][1]
    assert [segment.text[one.position :].startswith(one.text.strip()) for one in segment.words] == [True] * 6


def test_numbers_stay_where_their_words_do_and_go_where_they_do_not() -> None:
    recap = with_first("it costs twenty five euros", (WrittenNumber(9, "twenty five", "25"),))
    segment = first_of(recap, make_edit(recap, [], "correct", "s0", text="Oh, it costs twenty five euros"))
    assert segment.numbers == (WrittenNumber(13, "twenty five", "25"),)
    assert first_of(recap, make_edit(recap, [], "correct", "s0", text="it costs ten euros")).numbers == ()


def test_a_segment_goes_to_another_speaker_with_its_time_and_the_points_that_cite_it() -> None:
    first = BASE.transcript.segments[0]
    other = next(one.id for one in BASE.transcript.speakers if one.id != first.speaker)
    shown = apply(BASE, make_edit(BASE, [], "assign", first.id, speaker=other))
    segment = shown.transcript.segments[0]
    assert (segment.speaker, segment.speaker_source, segment.edited_by) == (other, "hand", "hand")
    assert {word.speaker for word in segment.words} == {other}
    seconds = {one.id: one.seconds for one in shown.transcript.speakers}
    before = {one.id: one.seconds for one in BASE.transcript.speakers}
    assert round(seconds[other] - before[other], 2) == round(first.end - first.start, 2)
    cited = [point for point in shown.summary.decisions if point.segments[0] == first.id]
    assert cited
    assert {point.speaker for point in cited} == {other}


def test_a_segment_is_split_at_a_word_and_its_parts_know_their_origin() -> None:
    recap = with_first("it costs twenty five euros", (WrittenNumber(9, "twenty five", "25"),))
    shown = apply(recap, make_edit(recap, [], "split", "s0", at=2))
    one, two = shown.transcript.segments[:2]
    assert (one.id, one.text, one.start, one.end, one.origins) == ("s0.1", "it costs", 0.0, 2.0, ("s0",))
    assert (two.id, two.text, two.start, two.end, two.origins) == ("s0.2", "twenty five euros", 2.0, 5.0, ("s0",))
    assert (one.numbers, two.numbers) == ((), (WrittenNumber(0, "twenty five", "25"),))
    assert timed(two)[0] == ("twenty", 2.0, 3.0)
    assert all({"s0.1", "s0.2"} <= set(point.segments) for point in shown.summary.decisions), "they cited s0"
    assert len(shown.transcript.segments) == len(recap.transcript.segments) + 1


def test_a_split_in_a_number_leaves_its_words() -> None:
    recap = with_first("it costs twenty five euros", (WrittenNumber(9, "twenty five", "25"),))
    one, two = apply(recap, make_edit(recap, [], "split", "s0", at=3)).transcript.segments[:2]
    assert (one.numbers, two.numbers) == ((), ())


def test_a_segment_is_merged_with_the_next_and_parted_again() -> None:
    first, second = BASE.transcript.segments[:2]
    edits = make_edit(BASE, [], "merge", first.id)
    merged = first_of(BASE, edits)
    assert (merged.id, merged.origins) == (f"{first.id}+{second.id}", (first.id, second.id))
    assert (merged.text, merged.start, merged.end) == (f"{first.text} {second.text}", first.start, second.end)
    assert [word.start for word in merged.words] == [word.start for word in (*first.words, *second.words)]
    assert {word.speaker for word in merged.words if word.start >= second.start} <= {first.speaker, None}
    assert apply(BASE, [replace(edits[0], is_undone=True)]) == BASE


def test_derived_segments_are_edited_too_until_their_origin_is_whole_again() -> None:
    recap = with_first("it costs twenty five euros")
    split = make_edit(recap, [], "split", "s0", at=2)
    edits = make_edit(recap, split, "correct", "s0.2", text="25 euros")
    assert apply(recap, edits).transcript.segments[1].text == "25 euros"
    assert first_of(recap, [replace(edits[0], is_undone=True), edits[1]]).text == "it costs twenty five euros"


def test_a_correction_is_found_by_its_time_where_the_words_were_heard_again() -> None:
    first = BASE.transcript.segments[0]
    edits = make_edit(BASE, [], "correct", first.id, text="As I said.")
    heard = replace(first, id="new", start=first.start + 0.1, text="Something else")
    again = replace(BASE, transcript=replace(BASE.transcript, segments=(heard, *BASE.transcript.segments[1:])))
    assert first_of(again, edits).text == "As I said."
    elsewhere = replace(again, transcript=replace(BASE.transcript, segments=(replace(heard, end=first.end + 5),)))
    assert first_of(elsewhere, edits).text == "Something else"
