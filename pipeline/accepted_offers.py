"""Shows the voices that people called one person, or two, as they said. What the engines made stays as it is.

Two speakers who are one get the id of the first. Where one is two, the second voice gets the speaker's id with a "b".
Points of the summary follow the segments that they cite.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from pipeline.edits.apply import apply
from pipeline.edits.edit import Edit
from pipeline.recap import ActionItem, Point, Recap, Segment, Speaker, SpeakerTurn, Transcript, VoiceOffer
from pipeline.rename_speakers import rename_speakers, replace_names, retell
from pipeline.speakers.corrected_turns import join_turns, move_stretch
from pipeline.summary_points import change_points

P = TypeVar("P", bound=Point)


def show_speakers(
    recap: Recap, accepted: Collection[str], names: Mapping[str, str], edits: Sequence[Edit] = ()
) -> Recap:
    """The recap with the offers (by id) that people accepted, their edits, and the names (by speaker) that they gave.

    A speaker without a name takes that of one who is the same person.
    """
    heirs = _find_heirs(recap.transcript, accepted)
    inherited = {heir: names[gone] for gone, heir in reversed(heirs.items()) if gone in names}
    return rename_speakers(apply(apply_offers(recap, accepted), edits), {**inherited, **names})


def apply_offers(recap: Recap, accepted: Collection[str]) -> Recap:
    """The same recap with these offers (by id) accepted; unknown ones are passed over."""
    before = recap.transcript
    after = before
    for offer in before.offers:
        if offer.kind == "part" and offer.id in accepted:
            after = _part(after, offer)
    heirs = _find_heirs(before, accepted)
    after = _merge(after, heirs) if heirs else after
    return recap if after is before else _follow(recap, after, heirs)


def second_id(speaker: str) -> str:
    """The id of a speaker's second voice."""
    return f"{speaker}b"


def name_number(speaker: str) -> str:
    """What a speaker (by id) is called who has no name."""
    return f"Speaker {speaker[1:]}"


def _find_heirs(transcript: Transcript, accepted: Collection[str]) -> dict[str, str]:
    """Who takes the place of each speaker that is merged, by id; a chain of merges leads to its first speaker."""
    order = [speaker.id for speaker in transcript.speakers]
    heirs: dict[str, str] = {}
    for offer in transcript.offers:
        if offer.kind == "merge" and offer.id in accepted and set(offer.speakers) <= set(order):
            first, second = sorted((heirs.get(speaker, speaker) for speaker in offer.speakers), key=order.index)
            heirs = {gone: first if heir == second else heir for gone, heir in heirs.items()}
            if first != second:
                heirs[second] = first
    return heirs


def _part(transcript: Transcript, offer: VoiceOffer) -> Transcript:
    old, new = offer.speakers[0], second_id(offer.speakers[0])
    segments = tuple(
        _give(segment, new) if segment.speaker == old and _is_within(segment, offer.spans) else segment
        for segment in transcript.segments
    )
    moved = [segment for segment in segments if segment.speaker == new]
    kept = [segment for segment in segments if segment.speaker == old]
    if not moved or not kept:
        return transcript
    turns: Iterable[SpeakerTurn] = transcript.turns
    for segment in moved:
        turns = move_stretch(tuple(turns), segment.start, segment.end, old, new)
    share = _seconds_of(moved) / max(1e-9, _seconds_of(moved) + _seconds_of(kept))
    speakers = []
    for one in transcript.speakers:
        if one.id == old:
            second = round(one.seconds * share, 3)
            speakers += [replace(one, seconds=round(one.seconds - second, 3)), Speaker(new, name_number(new), second)]
        else:
            speakers.append(one)
    return _in_order(replace(transcript, speakers=tuple(speakers), segments=segments, turns=tuple(turns)))


def _merge(transcript: Transcript, heirs: Mapping[str, str]) -> Transcript:
    turns = [replace(turn, speaker=heirs.get(turn.speaker, turn.speaker)) for turn in transcript.turns]
    for heir in dict.fromkeys(heirs.values()):
        turns = join_turns(turns, heir)
    seconds: dict[str, float] = {}
    for one in transcript.speakers:
        heir = heirs.get(one.id, one.id)
        seconds[heir] = round(seconds.get(heir, 0.0) + one.seconds, 3)
    return _in_order(
        replace(
            transcript,
            speakers=tuple(replace(one, seconds=seconds[one.id]) for one in transcript.speakers if one.id not in heirs),
            segments=tuple(
                _give(segment, heirs[segment.speaker]) if segment.speaker and segment.speaker in heirs else segment
                for segment in transcript.segments
            ),
            turns=tuple(turns),
        )
    )


def _in_order(transcript: Transcript) -> Transcript:
    """Speakers are in the order of their first words."""
    order = list(dict.fromkeys(segment.speaker for segment in transcript.segments))
    known = {speaker: number for number, speaker in enumerate(order)}
    speakers = sorted(transcript.speakers, key=lambda one: known.get(one.id, len(order)))
    return replace(transcript, speakers=tuple(speakers))


def _give(segment: Segment, speaker: str) -> Segment:
    words = tuple(replace(word, speaker=speaker) if word.speaker else word for word in segment.words)
    return replace(segment, speaker=speaker, words=words)


def _is_within(segment: Segment, spans: Iterable[tuple[float, float]]) -> bool:
    middle = (segment.start + segment.end) / 2
    return any(start <= middle <= end for start, end in spans)


def _seconds_of(segments: Iterable[Segment]) -> float:
    return sum(segment.end - segment.start for segment in segments)


def _follow(recap: Recap, after: Transcript, heirs: Mapping[str, str]) -> Recap:
    """The recap with another transcript, and with the points of its summary about the same people."""
    before = recap.transcript
    old = {segment.id: segment.speaker for segment in before.segments}
    new = {segment.id: segment.speaker for segment in after.segments}
    is_quoted = recap.summary.engine == "extractive"

    def find(speaker: str, cited: Iterable[str]) -> str:
        """Who a speaker is now, where these segments are cited."""
        theirs = (new.get(segment) for segment in cited if old.get(segment) == speaker)
        return next(theirs, None) or heirs.get(speaker, speaker)

    def new_names(cited: Iterable[str]) -> dict[str, str]:
        """The names that differ now, by the old ones, where these segments are cited."""
        changed = {one.name: after.name_of(find(one.id, cited)) or one.name for one in before.speakers}
        return {name: other for name, other in changed.items() if other != name}

    quotes = {point.id for point in recap.summary.quotes}

    def change(point: P) -> P:
        as_said = is_quoted or point.id in quotes
        if point.speaker is not None:
            point = replace(point, speaker=find(point.speaker, point.segments))
        if isinstance(point, ActionItem) and point.owner is not None:
            point = replace(point, owner=find(point.owner, point.segments))
        return point if as_said else retell(point, new_names(point.segments))

    summary = change_points(recap.summary, change)
    if not is_quoted:
        summary = replace(summary, title=replace_names(summary.title, new_names(())))
    return replace(recap, transcript=after, summary=summary)
