"""The meeting that a language model recaps on trial: a transcript, and what was decided and taken on in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.recap import Segment, Speaker, Transcript

FILE = Path(__file__).with_name("meeting.json")


@dataclass(frozen=True, slots=True)
class TrialMeeting:
    """`decisions` and `tasks` are each given by the ids of the segments that state them."""

    transcript: Transcript
    decisions: tuple[frozenset[str], ...]
    tasks: tuple[frozenset[str], ...]

    @property
    def minutes(self) -> float:
        return self.transcript.duration_seconds / 60


@cache
def load_meeting() -> TrialMeeting:
    """The meeting, which is a part of the program."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    lines = found["lines"]
    ids = {name: f"s{number}" for number, name in enumerate(dict.fromkeys(one["speaker"] for one in lines), 1)}
    segments = tuple(Segment(one["id"], one["start"], one["end"], one["text"], ids[one["speaker"]]) for one in lines)
    speakers = tuple(
        Speaker(id, name, round(sum(one.end - one.start for one in segments if one.speaker == id), 1))
        for name, id in ids.items()
    )
    return TrialMeeting(
        Transcript(found["language"], 1.0, found["duration_seconds"], speakers, segments),
        tuple(map(frozenset, found["decisions"])),
        tuple(map(frozenset, found["tasks"])),
    )
