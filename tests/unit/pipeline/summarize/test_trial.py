"""The meeting that language models are tried on, and what is counted of their recaps."""

from __future__ import annotations

from dataclasses import replace

from pipeline.recap import Point
from pipeline.summarize.engine import SummaryOptions, SummaryResult
from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer
from pipeline.summarize.trial.meeting import load_meeting
from pipeline.summarize.trial.score import TrialScore, is_proven, score

GOOD = TrialScore(20.0, 10, 9, 3, 3, 4, 5, is_complete=True)


def by_quotes() -> SummaryResult:
    return ExtractiveSummarizer().summarize(load_meeting().transcript, SummaryOptions(), lambda share: None)


def point(text: str, *segments: str) -> Point:
    return Point(id="p", text=text, start=0.0, end=1.0, segments=segments)


def test_the_meeting_takes_some_minutes_and_names_only_lines_that_are_there() -> None:
    meeting = load_meeting()
    assert 2 <= meeting.minutes <= 3
    ids = {one.id for one in meeting.transcript.segments}
    assert all(lines and lines <= ids for lines in (*meeting.decisions, *meeting.tasks))
    assert (len(meeting.decisions), len(meeting.tasks)) == (3, 5)
    ends = [one.end for one in meeting.transcript.segments]
    assert ends == sorted(ends)
    assert ends[-1] <= meeting.transcript.duration_seconds


def test_quotes_stand_on_their_lines() -> None:
    found = score(load_meeting(), by_quotes(), seconds=33.0)
    assert found.proven == found.written > 0
    assert 0 < found.seconds_a_minute < 33
    assert found.tasks_found >= 3


def test_a_point_is_proven_by_the_lines_it_cites_alone() -> None:
    transcript = load_meeting().transcript
    assert is_proven(point("Nora writes to the bank this week.", "g30"), transcript)
    assert not is_proven(point("Nora writes to the bank this week.", "g28", "g5"), transcript)
    assert not is_proven(point("Nora writes to the bank this week."), transcript)
    assert not is_proven(point("The rent rises by 50 from August.", "g30"), transcript)


def test_a_thing_is_found_by_a_point_of_its_kind_that_cites_it_and_only_once() -> None:
    meeting, quotes = load_meeting(), by_quotes()
    lines = [next(iter(sorted(one))) for one in meeting.decisions]
    all_in_one = point("All of it.", *lines)
    one_each = tuple(point("One.", line) for line in lines)
    found = [
        score(meeting, replace(quotes, summary=replace(quotes.summary, decisions=decisions)), 1.0).decisions_found
        for decisions in ((), (all_in_one,), one_each)
    ]
    assert found == [0, 1, 3]


def test_points_that_the_model_wrote_and_nobody_said_count_as_written() -> None:
    quotes = by_quotes()
    before, after = (score(load_meeting(), replace(quotes, dropped_points=count), 1.0) for count in (0, 7))
    assert (after.written - before.written, after.proven) == (7, before.proven)


def test_what_is_not_good_enough_is_named() -> None:
    assert GOOD.problems == ()
    assert replace(GOOD, proven=6).problems == ("too few of its points are proven by their lines",)
    assert replace(GOOD, tasks_found=1).problems == ("it misses too many decisions and tasks",)
    assert replace(GOOD, seconds_a_minute=61.0).problems == ("it takes longer than the meeting",)
    assert replace(GOOD, is_complete=False).problems == ("it gives no usable answer for a part of the talk",)


def test_a_part_that_was_not_read_is_a_problem() -> None:
    quotes = by_quotes()
    partly = replace(quotes, summarized_seconds=quotes.summarized_seconds / 2)
    assert not score(load_meeting(), partly, 1.0).is_complete
    without = replace(quotes, summary=replace(quotes.summary, overview=()))
    assert not score(load_meeting(), without, 1.0).is_complete
