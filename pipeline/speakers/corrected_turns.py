"""Turns that follow what the voices of sentences told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.recap import SpeakerTurn

SLIVER_SECONDS = 0.3  # what is left of a turn beside a moved stretch moves with it if it is shorter


def move_stretch(
    turns: Sequence[SpeakerTurn], start: float, end: float, old: str | None, new: str
) -> list[SpeakerTurn]:
    """The turns with this stretch (seconds) taken from one speaker and given to another."""
    kept: list[SpeakerTurn] = []
    for turn in turns:
        if turn.speaker == old and turn.start < end and turn.end > start:
            if turn.end - end < SLIVER_SECONDS:
                end = max(end, turn.end)
            if start - turn.start < SLIVER_SECONDS:
                start = min(start, turn.start)
            rests = (SpeakerTurn(turn.start, start, turn.speaker), SpeakerTurn(end, turn.end, turn.speaker))
            kept += [rest for rest in rests if rest.end > rest.start]
        else:
            kept.append(turn)
    return join_turns([*kept, SpeakerTurn(start, end, new)], new)


def join_turns(turns: Iterable[SpeakerTurn], speaker: str) -> list[SpeakerTurn]:
    """The turns in order, those of one speaker that touch or overlap made one."""
    joined: list[SpeakerTurn] = []
    last = None
    for turn in sorted(turns, key=lambda turn: (turn.start, turn.end)):
        if turn.speaker != speaker:
            joined.append(turn)
        elif last is not None and turn.start <= joined[last].end:
            joined[last] = SpeakerTurn(joined[last].start, max(joined[last].end, turn.end), speaker)
        else:
            last = len(joined)
            joined.append(turn)
    return joined
