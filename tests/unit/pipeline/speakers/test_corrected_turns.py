from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.recap import SpeakerTurn
from pipeline.speakers.corrected_turns import move_stretch

ONE = [SpeakerTurn(0.0, 10.0, "A")]


def as_tuples(turns: list[SpeakerTurn]) -> list[tuple[float, float, str]]:
    return [(turn.start, turn.end, turn.speaker) for turn in turns]


def test_a_stretch_is_cut_out_of_a_turn() -> None:
    assert as_tuples(move_stretch(ONE, 4.0, 6.0, "A", "B")) == [(0, 4, "A"), (4, 6, "B"), (6, 10, "A")]


def test_slivers_beside_a_stretch_move_with_it() -> None:
    assert as_tuples(move_stretch(ONE, 0.2, 9.8, "A", "B")) == [(0, 10, "B")]


def test_a_stretch_joins_the_turn_that_it_touches() -> None:
    turns = [*ONE, SpeakerTurn(10.0, 12.0, "B")]
    assert as_tuples(move_stretch(turns, 8.0, 10.0, "A", "B")) == [(0, 8, "A"), (8, 12, "B")]


def test_turns_of_others_stay() -> None:
    turns = [*ONE, SpeakerTurn(3.0, 7.0, "C")]
    assert (3.0, 7.0, "C") in as_tuples(move_stretch(turns, 4.0, 6.0, "A", "B"))


@given(
    start=st.floats(0, 9, allow_nan=False),
    seconds=st.floats(0.01, 5, allow_nan=False),
    edges=st.lists(st.floats(0, 20, allow_nan=False), min_size=2, max_size=8, unique=True).map(sorted),
)
def test_no_time_of_the_old_speaker_is_lost(start: float, seconds: float, edges: list[float]) -> None:
    turns = [SpeakerTurn(a, b, "A") for a, b in zip(edges[::2], edges[1::2], strict=False)]
    moved = move_stretch(turns, start, start + seconds, "A", "B")
    for at in [edge + 0.001 for edge in edges]:
        if any(turn.start <= at < turn.end for turn in turns):
            assert any(turn.start <= at < turn.end for turn in moved)
