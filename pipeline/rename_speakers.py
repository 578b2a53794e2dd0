"""Puts the names that people gave to the speakers into a finished recap.

Summaries refer to speakers by id, and the language model knows only "Speaker 1". So a name changes only what is shown;
the summary is not written again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from pipeline.recap import Point, Recap, Topic, Transcript
from pipeline.summary_points import change_points

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
        new = {one.name: names[one.id] for one in recap.transcript.speakers if one.id in names}
        retold = change_points(summary, lambda point: retell(point, new))
        summary = replace(retold, title=replace_names(summary.title, new), quotes=summary.quotes)
    return replace(recap, transcript=recap.transcript.rename(dict(names)), summary=summary)


def match_speakers(before: Transcript, after: Transcript) -> dict[str, str]:
    """Who is who in two transcripts of one diarization, by the turns: ids of `after` by those of `before`."""
    who = {(turn.start, turn.end): turn.speaker for turn in after.turns}
    found = ((turn.speaker, who.get((turn.start, turn.end))) for turn in before.turns)
    pairs = {(one, other) for one, other in found if other is not None}
    ids = [one for one, _ in pairs]
    return {one: other for one, other in pairs if ids.count(one) == 1}


def match_offers(before: Transcript, after: Transcript, ids: Mapping[str, str]) -> dict[str, str]:
    """The offers of `after` about the same speakers, by those of `before`; `ids` says who is who."""
    known = {(offer.kind, frozenset(offer.speakers)): offer.id for offer in after.offers}
    pairs = {
        offer.id: known.get((offer.kind, frozenset(ids.get(speaker, "") for speaker in offer.speakers)))
        for offer in before.offers
    }
    return {one: other for one, other in pairs.items() if other is not None}


def replace_names(text: str, new: Mapping[str, str]) -> str:
    """A text with new names by the old ones, all at once, so that two speakers can swap names."""
    if not new:
        return text
    old = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(new, key=len, reverse=True)))
    return old.sub(lambda found: new[found[0]], text)


def retell(point: P, new: Mapping[str, str]) -> P:
    """A point with new names by the old ones in its text and title."""
    if isinstance(point, Topic):
        point = replace(point, title=replace_names(point.title, new))
    return replace(point, text=replace_names(point.text, new))
