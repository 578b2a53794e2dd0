"""A small recap that shows how documents look, without any recording."""

from __future__ import annotations

from pipeline.coverage import Coverage
from pipeline.recap import ActionItem, Point, Recap, Segment, Source, Speaker, Summary, Topic, Transcript

_SECONDS = 1260.0
_SPOKEN = (
    ("g1", 12.0, 44.0, "anna", "The report of the treasurer was sent to all members last week."),
    ("g2", 60.0, 95.0, "ben", "We approve the budget of the coming year as it was proposed."),
    ("g3", 410.0, 440.0, "carol", "I will ask two firms for an offer by the end of the month."),
    ("g4", 900.0, 930.0, "anna", "Who opens the hall on Saturday?"),
)


def example_recap() -> Recap:
    """The recap of a meeting that never was."""
    segments = tuple(Segment(key, start, end, text, speaker) for key, start, end, speaker, text in _SPOKEN)
    people = (Speaker("anna", "Anna", 540.0), Speaker("ben", "Ben", 380.0), Speaker("carol", "Carol", 210.0))
    summary = Summary(
        title="Annual meeting",
        overview=(_point("o1", segments[0]),),
        topics=(Topic(id="t1", title="Budget", text=segments[0].text, start=12.0, end=400.0, segments=("g1",)),),
        decisions=(_point("d1", segments[1]),),
        action_items=(
            ActionItem(
                id="a1", text=segments[2].text, start=410.0, end=440.0, segments=("g3",), speaker="carol",
                owner="carol", due="by the end of the month",
            ),
        ),
        questions=(_point("q1", segments[3]),),
        quotes=(),
        engine="example",
        model=None,
        template="meeting",
        language="en",
    )  # fmt: skip
    return Recap(
        id="example",
        title="Annual meeting",
        source=Source("example.wav", "wav", "pcm", 0, "0" * 64, "2026-01-15T18:00:00Z"),
        transcript=Transcript("en", 1.0, _SECONDS, people, segments),
        summary=summary,
        coverage=Coverage(_SECONDS, 1130.0, 1130.0, 1130.0),
        speech_spans=tuple((one.start, one.end) for one in segments),
    )


def _point(key: str, segment: Segment) -> Point:
    return Point(
        id=key, text=segment.text, speaker=segment.speaker, start=segment.start, end=segment.end, segments=(segment.id,)
    )
