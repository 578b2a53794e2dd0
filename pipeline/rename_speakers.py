"""Puts the names that people gave to the speakers into a finished recap.

Summaries refer to speakers by id, and the language model knows only "Speaker 1". So a name changes only what is shown;
the summary is not written again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from pipeline.recap import Point, Recap, Transcript

P = TypeVar("P", bound=Point)


def rename_speakers(recap: Recap, names: Mapping[str, str]) -> Recap:
    """The same recap with new names for some speakers (by id), in the text of the summary too.

    Quotes and an extractive summary stay as spoken: if someone said "speaker 1" aloud, that is what they said.
    """
    known = {one.id for one in recap.transcript.speakers}
    if not known & names.keys():
        return recap
    summary = recap.summary
    if summary.engine != "extractive":
        call = _substitute(recap.transcript, names)
        summary = replace(
            summary,
            title=call(summary.title),
            overview=_retold(summary.overview, call),
            topics=tuple(replace(one, title=call(one.title)) for one in _retold(summary.topics, call)),
            decisions=_retold(summary.decisions, call),
            action_items=_retold(summary.action_items, call),
            questions=_retold(summary.questions, call),
        )
    return replace(recap, transcript=recap.transcript.rename(dict(names)), summary=summary)


def match_speakers(before: Transcript, after: Transcript) -> dict[str, str]:
    """Who is who in two transcripts of one diarization, by the turns: ids of `after` by those of `before`."""
    who = {(turn.start, turn.end): turn.speaker for turn in after.turns}
    found = ((turn.speaker, who.get((turn.start, turn.end))) for turn in before.turns)
    pairs = {(one, other) for one, other in found if other is not None}
    ids = [one for one, _ in pairs]
    return {one: other for one, other in pairs if ids.count(one) == 1}


def _retold(points: tuple[P, ...], call: Callable[[str], str]) -> tuple[P, ...]:
    return tuple(replace(one, text=call(one.text)) for one in points)


def _substitute(transcript: Transcript, names: Mapping[str, str]) -> Callable[[str], str]:
    """Replaces all old names at once, so that two speakers can swap names."""
    new = {one.name: names[one.id] for one in transcript.speakers if one.id in names}
    old = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(new, key=len, reverse=True)))
    return lambda text: old.sub(lambda found: new[found[0]], text)
