"""Documents tell what of a recap is by hand."""

from __future__ import annotations

from dataclasses import replace

from support.recaps import sample_recap

from pipeline.recap import Recap
from pipeline.render.corrections import describe_corrections
from pipeline.render.exports.content import read_content
from pipeline.render.exports.provenance import list_provenance


def edited(count: int, *, points: bool = False) -> Recap:
    """The sample with so many corrected segments, and with a changed and an approved decision."""
    recap = sample_recap()
    segments = tuple(
        replace(one, edited_by="hand") if number < count else one
        for number, one in enumerate(recap.transcript.segments)
    )
    decisions = recap.summary.decisions
    if points:
        decisions = (replace(decisions[0], edited_by="hand", approved=True), *decisions[1:])
    summary = replace(recap.summary, decisions=decisions)
    return replace(recap, transcript=replace(recap.transcript, segments=segments), summary=summary)


def test_a_recap_that_nobody_touched_says_nothing_of_it() -> None:
    recap = edited(0)
    assert describe_corrections(recap) == ""
    assert "Corrected by hand" not in dict(list_provenance(recap, read_content(recap)))


def test_corrected_places_are_told_with_their_times() -> None:
    recap = edited(2, points=True)
    told = describe_corrections(recap)
    assert told.startswith("2 segments of the transcript, at 0:0")
    assert told.endswith("; 1 point of the recap; 1 approved")
    assert dict(list_provenance(recap, read_content(recap)))["Corrected by hand"] == told


def test_of_many_places_the_first_are_named() -> None:
    recap = edited(1)
    one = recap.transcript.segments[0]
    many = replace(recap, transcript=replace(recap.transcript, segments=(one,) * 20))
    told = describe_corrections(many)
    assert told.startswith("20 segments")
    assert told.endswith(" and 8 more")
