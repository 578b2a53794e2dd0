"""Words that are replaced wherever they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.recaps import sample_recap

from pipeline.edits.apply import apply
from pipeline.edits.edit import TEXT_LIMITS, Edit
from pipeline.edits.replaced_texts import list_places
from pipeline.edits.replacement import Replacement, put_in
from pipeline.edits.targets import find_point_target, find_segment_target, is_changed_since
from pipeline.recap import Recap, Topic
from pipeline.summary_points import all_points, change_points

BASE = sample_recap()


def write(text: str, find: str, new: str, whole_words: bool = True) -> str:
    return put_in(text, Replacement(find, new, "both", whole_words).find_in(text, 4000))


def saying(text: str) -> Recap:
    """A recap in which all segments and points say this."""
    segments = tuple(replace(one, text=text, words=()) for one in BASE.transcript.segments)
    summary = change_points(BASE.summary, lambda point: replace(point, text=text))
    return replace(BASE, transcript=replace(BASE.transcript, segments=segments), summary=summary)


def replacing(number: int, find: str, new: str, where: str = "both") -> Edit:
    return Edit(number, "replace", Replacement(find, new, where, True).to_plain())


def transcript_of(recap: Recap) -> set[str]:
    return {one.text for one in recap.transcript.segments}


def points_of(recap: Recap) -> set[str]:
    return {point.text for point in all_points(recap.summary)}


@pytest.mark.parametrize(
    ("text", "find", "new", "expected"),
    [
        ("We use graph anna, graph  anna.", "graph anna", "Grafana", "We use Grafana, Grafana."),
        ("Grafanna is up, grafannas are not", "grafanna", "dashboard", "Dashboard is up, grafannas are not"),
        ("Iphone and iphone", "iphone", "iPhone", "iPhone and iPhone"),
        ("May we, in May or in may?", "May", "June", "June we, in June or in may?"),
        ("Anna's plan, Annas plan", "anna", "Hanna", "Hanna's plan, Annas plan"),
        ("Anna and anna", "anna", "Anna", "Anna and Anna"),
        ("a.b a+b .* and \\ (c)", ".*", "all", "a.b a+b all and \\ (c)"),
        ("a.b axb", "a.b", r"\1\g<0>", r"\1\g<0> axb"),
        ("one \\ two", "\\", "/", "one / two"),
        ("fine 👍🏽 fine", "👍🏽", "🎉", "fine 🎉 fine"),
        ("قال أحمد اليوم، وأحمد غدا", "أحمد", "محمود", "قال محمود اليوم، وأحمد غدا"),
        ("می\u200cخواهم", "می خواهم", "می روم", "می روم"),
        ("cafe\u0301 and cafe", "cafe", "bar", "cafe\u0301 and bar"),
        ("कि की क", "क", "ख", "कि की ख"),
        ("東京都に行く", "東京", "京都", "京都都に行く"),
        ("snake_case", "case", "bag", "snake_bag"),
    ],
)
def test_words_are_found_as_they_are_typed(text: str, find: str, new: str, expected: str) -> None:
    assert write(text, find, new) == expected


def test_parts_of_words_are_replaced_only_if_that_is_asked_for() -> None:
    assert write("graphannas", "graphanna", "Grafana") == "graphannas"
    assert write("graphannas", "graphanna", "Grafana", whole_words=False) == "Grafanas"


def test_no_text_grows_beyond_what_people_may_write() -> None:
    grown = saying("a " * 1500)
    for number in range(1, 4):
        grown = apply(grown, [replacing(number, "a", "a a a a")])
    assert max(map(len, transcript_of(grown) | points_of(grown))) <= TEXT_LIMITS["text"]
    assert list(list_places(grown, Replacement("a", "a a a a", "both", True))) == []


@pytest.mark.parametrize(
    ("where", "heard", "written"), [("transcript", "x", "y"), ("recap", "y", "x"), ("both", "x", "x")]
)
def test_words_are_replaced_where_that_is_asked_for(where: str, heard: str, written: str) -> None:
    shown = apply(saying("Meet y."), [replacing(1, "y", "x", where)])
    assert (transcript_of(shown), points_of(shown)) == ({f"Meet {heard}."}, {f"Meet {written}."})


def test_what_was_replaced_is_marked_and_words_that_stay_keep_their_times() -> None:
    first = BASE.transcript.segments[0]
    spoken = first.text.split()[1]
    shown = apply(BASE, [replacing(1, spoken, "otherwise", "transcript")]).transcript.segments[0]
    assert shown.edited_by == "hand"
    assert [(word.start, word.end) for word in shown.words[2:]] == [(word.start, word.end) for word in first.words[2:]]


def test_undone_all_is_as_it_was() -> None:
    recap = saying("Meet y.")
    assert apply(recap, [replace(replacing(1, "y", "x"), is_undone=True), Edit(2, "undo", {"edit": 1})]) == recap


def test_a_recap_that_is_written_again_has_the_words_replaced_too() -> None:
    edits = [replacing(1, "grafanna", "Grafana")]
    again = saying("All new, but Grafanna again, grafanna.")
    assert points_of(apply(again, edits)) == {"All new, but Grafanna again, Grafana.".replace("nn", "n")}
    assert len(all_points(apply(again, edits).summary)) == len(all_points(again.summary)), "no point is brought back"


def test_one_point_or_segment_goes_back_to_what_was_written() -> None:
    recap = saying("Meet y.")
    edits = [replacing(1, "y", "x")]
    target = find_point_target(recap, edits, recap.summary.decisions[0].id, 2)
    assert target is not None
    assert target["written"]["text"] == "Meet y.", "as the engine wrote it"
    edits.append(Edit(2, "restore", {"target": target}))
    segment = find_segment_target(recap, edits, recap.transcript.segments[0].id, 3)
    edits.append(Edit(3, "restore", {"target": segment}))
    shown = apply(recap, edits)
    assert [point.text for point in shown.summary.decisions[:2]] == ["Meet y.", "Meet x."]
    assert shown.transcript.segments[0] == recap.transcript.segments[0]
    assert shown.transcript.segments[1].text == "Meet x."
    assert points_of(apply(recap, [*edits, replacing(4, "y", "x")])) == {"Meet x."}, "a later one holds there too"


def test_names_of_speakers_stay() -> None:
    speaker = BASE.transcript.speakers[0].name
    recap = replace(saying(f"{speaker} and another speaker."), transcript=BASE.transcript)
    owned = replace(recap.summary.action_items[0], owner=BASE.transcript.speakers[0].id)
    recap = replace(recap, summary=replace(recap.summary, engine="ollama", action_items=(owned,), quotes=()))
    for words in ("speaker", speaker.split()[0].lower(), owned.owner or ""):
        shown = apply(recap, [replacing(1, words, "guest", "recap")])
        assert shown.transcript.speakers == recap.transcript.speakers
        assert shown.summary.action_items[0].owner == owned.owner
        assert all(point.text.startswith(speaker) for point in all_points(shown.summary))


def test_titles_of_topics_owners_and_due_dates_are_texts_too() -> None:
    topic = Topic(id="t", text="About y", start=0.0, end=1.0, segments=(), title="The y")
    item = replace(BASE.summary.action_items[0], text="Do it", owner="Mr y", due="y day", owner_by="model")
    recap = replace(BASE, summary=replace(BASE.summary, topics=(topic,), action_items=(item,)))
    shown = apply(recap, [replacing(1, "y", "x", "recap")]).summary
    assert (shown.topics[0].title, shown.topics[0].text) == ("The x", "About x")
    assert (shown.action_items[0].owner, shown.action_items[0].due, shown.action_items[0].owner_by) == (
        "Mr x", "x day", None,
    )  # fmt: skip


def test_places_are_all_that_is_replaced() -> None:
    recap = saying("Say y, y.")
    places = list(list_places(recap, Replacement("y", "x", "both", True)))
    assert len(places) == 2 * len(recap.transcript.segments) + 2 * len(all_points(recap.summary))
    assert (places[0].segment, places[0].found.start, places[-1].segment) == (recap.transcript.segments[0].id, 4, None)


def test_a_replacement_may_have_changed_anything() -> None:
    edits = [replacing(1, "y", "x")]
    assert is_changed_since(edits, 7, 0)
    assert not is_changed_since(edits, 7, 1)
