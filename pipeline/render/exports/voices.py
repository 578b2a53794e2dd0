"""The names of the voices, as exports write them."""

from __future__ import annotations

from pipeline.reading.people import UNKNOWN
from pipeline.recap import Recap
from pipeline.render.exports.text import clean


def name_voices(recap: Recap) -> dict[str | None, str]:
    """The name of each speaker by id, and of the unknown one; no two are alike."""
    names: dict[str | None, str] = {}
    for speaker in recap.transcript.speakers:
        names[speaker.id] = _distinguish(clean(speaker.name) or UNKNOWN, set(names.values()))
    strangers = {segment.speaker for segment in recap.transcript.segments} - names.keys() - {None}
    strangers |= {turn.speaker for turn in recap.transcript.turns} - names.keys()
    return names | dict.fromkeys((None, *strangers), _distinguish(UNKNOWN, set(names.values())))


def _distinguish(name: str, others: set[str]) -> str:
    number, told = 2, name
    while told in others:
        number, told = number + 1, f"{name} ({number})"
    return told
