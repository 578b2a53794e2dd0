"""Edits of people laid over a recap, and over one that was written again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.recaps import sample_recap

from pipeline.edits.apply import apply
from pipeline.edits.corrections import list_corrections
from pipeline.edits.edit import Edit, PointAnchor
from pipeline.edits.history import find_next_steps
from pipeline.edits.targets import find_point_target, is_changed_since
from pipeline.recap import ActionItem, Point, Recap, to_json
from pipeline.summary_points import change_points


def grounded(recap: Recap) -> Recap:
    """The recap with each point citing the lines that were said at its time."""

    def cite(point: Point) -> Point:
        lines = [one.id for one in recap.transcript.segments if one.start < point.end and one.end > point.start]
        return replace(point, segments=tuple(lines), proof="lines")

    return replace(recap, summary=change_points(recap.summary, cite))


BASE = grounded(sample_recap())


def make_edit(recap: Recap, edits: list[Edit], kind: str, point: str, **payload: Any) -> list[Edit]:
    """The edits with one more, about a point by the id that is shown."""
    number = len(edits) + 1
    target = find_point_target(recap, edits, point, number)
    assert target is not None
    return [*edits, Edit(number, kind, {**payload, "target": target})]


def add(edits: list[Edit], section: str, text: str, start: float | None = None, **more: str) -> list[Edit]:
    number = len(edits) + 1
    target = PointAnchor(number, section, None, ()).to_plain()
    return [*edits, Edit(number, "add", {"start": start, "changes": {"text": text, **more}, "target": target})]


def step(edits: list[Edit], kind: str, about: int) -> list[Edit]:
    """The edits with one of them undone or done again."""
    changed = [replace(each, is_undone=kind == "undo") if each.number == about else each for each in edits]
    return [*changed, Edit(len(edits) + 1, kind, {"edit": about})]


def texts(recap: Recap, section: str = "decisions") -> list[str]:
    return [point.text for point in getattr(recap.summary, section)]


def rewritten(recap: Recap, **sections: tuple[Point, ...]) -> Recap:
    """The recap as another run of the summary writes it."""
    return replace(recap, summary=replace(recap.summary, **sections))


FIRST, SECOND, *OTHERS = BASE.summary.decisions


def test_a_changed_point_says_so_and_is_no_quotation() -> None:
    shown = apply(BASE, make_edit(BASE, [], "change", FIRST.id, changes={"text": "We launch on Friday."}))
    point = shown.summary.decisions[0]
    assert (point.id, point.text, point.edited_by, point.proof) == (FIRST.id, "We launch on Friday.", "hand", None)
    assert (point.start, point.segments) == (FIRST.start, FIRST.segments)
    assert b"edited_by" in to_json(point)
    assert b"edited_by" not in to_json(FIRST)
    assert BASE.summary.decisions[0] is FIRST, "what the engine wrote stays"


def test_an_owner_is_changed_without_touching_the_words() -> None:
    task = BASE.summary.action_items[0]
    shown = apply(BASE, make_edit(BASE, [], "change", task.id, changes={"owner": "Zoë", "due": ""}))
    item = shown.summary.action_items[0]
    assert (item.owner, item.owner_by, item.due, item.due_day) == ("Zoë", None, None, None)
    assert (item.text, item.proof) == (task.text, task.proof)


def test_points_are_added_with_and_without_a_time() -> None:
    edits = add(add([], "decisions", "No time."), "action_items", "Call Max.", BASE.transcript.segments[3].start)
    shown = apply(BASE, edits)
    bare, task = shown.summary.decisions[-1], shown.summary.action_items[-1]
    assert (bare.id, bare.time, bare.segments, bare.edited_by) == ("h1", None, (), "hand")
    assert isinstance(task, ActionItem)
    assert (task.time, task.segments) == (BASE.transcript.segments[3].start, (BASE.transcript.segments[3].id,))


def test_a_point_is_moved_removed_and_approved() -> None:
    edits = make_edit(BASE, [], "move", FIRST.id, to=1)
    edits = make_edit(BASE, edits, "approve", FIRST.id, approved=True)
    shown = apply(BASE, edits)
    assert texts(shown)[:2] == [SECOND.text, FIRST.text]
    assert shown.summary.decisions[1].approved
    assert shown.summary.decisions[1].edited_by is None
    assert FIRST.text not in texts(apply(BASE, make_edit(BASE, edits, "remove", FIRST.id)))


def test_an_edited_point_takes_the_place_of_its_like_in_a_new_summary() -> None:
    edits = make_edit(BASE, [], "change", FIRST.id, changes={"text": "As I said."})
    again = (replace(SECOND, id="d1"), replace(FIRST, id="d2", text="Written anew."), *OTHERS)
    shown = apply(rewritten(BASE, decisions=again), edits)
    assert texts(shown)[:2] == [SECOND.text, "As I said."], "ids are numbers of a run: d1 is another point now"
    assert len(shown.summary.decisions) == len(again)


def test_an_edited_point_stays_where_the_new_summary_has_none_like_it() -> None:
    edits = make_edit(BASE, [], "change", FIRST.id, changes={"text": "As I said."})
    edits = make_edit(BASE, edits, "approve", FIRST.id, approved=True)
    shown = apply(rewritten(BASE, decisions=(SECOND,)), edits)
    assert sorted(texts(shown)) == sorted(["As I said.", SECOND.text])
    kept = next(point for point in shown.summary.decisions if point.text == "As I said.")
    assert (kept.id, kept.approved, kept.start) == ("h1", True, FIRST.start)


def test_an_added_point_stays_in_a_new_summary() -> None:
    shown = apply(rewritten(BASE, decisions=()), add([], "decisions", "By hand."))
    assert texts(shown) == ["By hand."]


def test_a_removed_point_stays_away_if_half_of_its_lines_come_again() -> None:
    lines = BASE.transcript.segments
    cited = tuple(one.id for one in lines[:4])
    wide = replace(FIRST, segments=cited, start=lines[0].start, end=lines[3].end)
    recap = rewritten(BASE, decisions=(wide,))
    edits = make_edit(recap, [], "remove", FIRST.id)
    # three of the four lines are most of the time that was spoken
    like, unlike = replace(wide, id="d7", segments=cited[:3]), replace(wide, id=FIRST.id, segments=(lines[9].id,))
    assert texts(apply(rewritten(BASE, decisions=(like,)), edits)) == []
    assert texts(apply(rewritten(BASE, decisions=(unlike,)), edits)) == [unlike.text]
    question = replace(like, id="q1")
    assert texts(apply(rewritten(BASE, decisions=(), questions=(question,)), edits), "questions") == [question.text]


def test_a_point_is_found_again_by_its_time_where_the_segments_have_other_ids() -> None:
    edits = make_edit(BASE, [], "remove", FIRST.id)
    transcript = BASE.transcript
    ids = {one.id: f"new-{one.id}" for one in transcript.segments}
    segments = tuple(replace(one, id=ids[one.id]) for one in transcript.segments)
    decisions = tuple(
        replace(one, segments=tuple(ids[each] for each in one.segments)) for one in BASE.summary.decisions
    )
    heard_again = replace(rewritten(BASE, decisions=decisions), transcript=replace(transcript, segments=segments))
    assert texts(apply(heard_again, edits)) == texts(BASE)[1:]


def test_what_was_edited_twice_keeps_one_target_after_a_new_summary() -> None:
    edits = make_edit(BASE, [], "change", FIRST.id, changes={"text": "Once."})
    again = rewritten(BASE, decisions=(replace(FIRST, id="d9"),))
    edits = make_edit(again, edits, "change", "d9", changes={"text": "Twice."})
    assert {edit.root for edit in edits} == {1}
    assert texts(apply(again, edits)) == ["Twice."]
    assert texts(apply(BASE, edits))[0] == "Twice."


def test_undone_edits_hold_no_more_until_they_are_done_again() -> None:
    edits = make_edit(BASE, [], "change", FIRST.id, changes={"text": "Once."})
    edits = make_edit(BASE, edits, "change", FIRST.id, changes={"text": "Twice."})
    edits = step(edits, "undo", 1)
    assert texts(apply(BASE, edits))[0] == "Twice.", "any edit can be undone, not only the last"
    edits = step(edits, "undo", 2)
    assert apply(BASE, edits) == BASE
    assert texts(apply(BASE, step(edits, "redo", 1)))[0] == "Once."


def test_undo_and_redo_go_back_and_forth() -> None:
    edits = add(add([], "decisions", "One."), "decisions", "Two.")
    assert (find_next_steps(edits).undo, find_next_steps(edits).redo) == (2, None)
    edits = step(edits, "undo", 2)
    assert (find_next_steps(edits).undo, find_next_steps(edits).redo) == (1, 2)
    edits = step(edits, "undo", 1)
    assert (find_next_steps(edits).undo, find_next_steps(edits).redo) == (None, 1)
    edits = step(edits, "redo", 1)
    assert (find_next_steps(edits).undo, find_next_steps(edits).redo) == (1, 2)
    edits = add(edits, "decisions", "Three.")
    assert (find_next_steps(edits).undo, find_next_steps(edits).redo) == (6, None), "a new edit ends the redoing"


def test_a_point_or_everything_goes_back_to_what_was_written() -> None:
    edits = make_edit(BASE, [], "change", FIRST.id, changes={"text": "Once."})
    edits = add(make_edit(BASE, edits, "remove", SECOND.id), "decisions", "By hand.")
    one = make_edit(BASE, edits, "restore", FIRST.id)
    assert texts(apply(BASE, one)) == [FIRST.text, *(each.text for each in OTHERS), "By hand."]
    everything = [*edits, Edit(4, "restore", {})]
    assert apply(BASE, everything) == BASE
    assert texts(apply(BASE, step(everything, "undo", 4)))[-1] == "By hand.", "that is undone, too"


def test_an_edit_meets_what_was_done_to_the_same_point_since() -> None:
    edits = make_edit(BASE, [], "change", FIRST.id, changes={"text": "Once."})
    edits = make_edit(BASE, edits, "approve", SECOND.id, approved=True)
    assert is_changed_since(edits, 1, 0)
    assert not is_changed_since(edits, 1, 1), "the second edit is about another point"
    undone = step(edits, "undo", 1)
    assert is_changed_since(undone, 1, 2)
    assert find_point_target(BASE, undone, FIRST.id, 4) == edits[0].payload["target"], "so that the next is compared"
    assert is_changed_since([*edits, Edit(3, "restore", {})], 1, 2)


def test_a_point_that_is_not_there_has_no_target() -> None:
    removed = make_edit(BASE, [], "remove", FIRST.id)
    assert find_point_target(BASE, removed, FIRST.id, 2) is None


def test_corrections_are_what_holds_in_the_end() -> None:
    edits = make_edit(BASE, [], "change", FIRST.id, changes={"text": "Once."})
    edits = make_edit(BASE, edits, "change", FIRST.id, changes={"text": "Twice."})
    edits = make_edit(BASE, edits, "remove", SECOND.id)
    edits = add(edits, "questions", "Who pays?")
    edits = make_edit(BASE, edits, "move", OTHERS[0].id, to=0)
    edits = make_edit(BASE, edits, "approve", OTHERS[0].id, approved=True)
    expected = [(FIRST.text, "Twice."), (SECOND.text, ""), ("", "Who pays?"), (OTHERS[0].text, OTHERS[0].text)]
    assert list(list_corrections(edits)) == expected
    withdrawn = make_edit(BASE, edits, "approve", OTHERS[0].id, approved=False)
    withdrawn = make_edit(BASE, withdrawn, "remove", "h4")
    assert list(list_corrections(withdrawn)) == expected[:2]
    replaced = {"find": "graph anna", "write": "Grafana", "where": "both", "whole_words": True}
    assert list_corrections([*edits, Edit(7, "replace", replaced)])[-1] == ("graph anna", "Grafana")
    assert list_corrections([*edits, Edit(7, "restore", {})]) == ()
    assert (FIRST.text, "Once.") in list_corrections(step(edits, "undo", 2))
