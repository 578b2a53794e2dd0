"""Lays the corrections of people over a transcript; the points of its summary follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from pipeline.edits.edit import ASSIGN, CORRECT, MERGE, REPLACE, SEGMENT_KINDS, SPLIT, Edit, SegmentAnchor
from pipeline.edits.replaced_texts import find_in_segment
from pipeline.edits.replacement import TRANSCRIPT, Replacement, put_in
from pipeline.edits.segment_changes import assign_speaker, correct_text, merge_segments, split_segment
from pipeline.recap import Point, Recap, Segment, Summary, Transcript
from pipeline.speakers.corrected_turns import move_stretch
from pipeline.summary_points import change_points

P = TypeVar("P", bound=Point)


def edit_transcript(recap: Recap, edits: Sequence[Edit]) -> Recap:
    """The recap with the corrections of its segments; what they are about may be missing, then they do nothing."""
    transcript = recap.transcript
    for edit in edits:
        if edit.kind in SEGMENT_KINDS:
            transcript = _apply(transcript, edit)
        elif edit.kind == REPLACE:
            transcript = _replace_words(transcript, edit)
    if transcript is recap.transcript:
        return recap
    return replace(recap, transcript=transcript, summary=_follow(recap, transcript))


def _apply(transcript: Transcript, edit: Edit) -> Transcript:
    place = SegmentAnchor.read(edit.payload["target"]).find(transcript)
    if place is None:
        return transcript
    segments = list(transcript.segments)
    segment = segments[place]
    if edit.kind == CORRECT:
        segments[place] = correct_text(segment, edit.payload["text"])
    elif edit.kind == SPLIT:
        segments[place : place + 1] = split_segment(segment, edit.payload["at"]) or (segment,)
    elif edit.kind == MERGE and place + 1 < len(segments):
        segments[place : place + 2] = [merge_segments(segment, segments[place + 1])]
    elif edit.kind == ASSIGN and any(one.id == edit.payload["speaker"] for one in transcript.speakers):
        segments[place] = assign_speaker(segment, edit.payload["speaker"])
        transcript = _give_time(transcript, segment, edit.payload["speaker"])
    return replace(transcript, segments=tuple(segments))


def _replace_words(transcript: Transcript, edit: Edit) -> Transcript:
    replacement = Replacement.read(edit.payload)
    if not replacement.is_in(TRANSCRIPT):
        return transcript
    anchors = [SegmentAnchor.read(target) for target in edit.payload.get("spared", ()) if "segment" in target]
    spared = {anchor.find(transcript) for anchor in anchors}
    segments = list(transcript.segments)
    for place, segment in enumerate(segments):
        found = find_in_segment(segment, replacement)
        if found and place not in spared:
            segments[place] = correct_text(segment, put_in(segment.text, found))
    return replace(transcript, segments=tuple(segments))


def _give_time(transcript: Transcript, segment: Segment, speaker: str) -> Transcript:
    """The time of a segment goes from its speaker to another."""
    seconds = segment.end - segment.start
    gains = {speaker: seconds} if segment.speaker is None else {segment.speaker: -seconds, speaker: seconds}
    if segment.speaker == speaker:
        return transcript
    speakers = tuple(
        replace(one, seconds=round(max(0.0, one.seconds + gains.get(one.id, 0.0)), 3)) for one in transcript.speakers
    )
    turns = transcript.turns and tuple(
        move_stretch(transcript.turns, segment.start, segment.end, segment.speaker, speaker)
    )
    return replace(transcript, speakers=speakers, turns=turns)


def _follow(recap: Recap, after: Transcript) -> Summary:
    """The points of the summary, citing the segments that took the place of those they cited."""
    before = {segment.id: segment for segment in recap.transcript.segments}
    heirs: dict[str, list[Segment]] = {}
    for segment in after.segments:
        for origin in _roots_of(segment.id):
            heirs.setdefault(origin, []).append(segment)

    def change(point: P) -> P:
        cited = list(dict.fromkeys(heir.id for one in point.segments for heir in heirs.get(one, ())))
        first = heirs.get(point.segments[0], []) if point.segments else []
        if first and point.speaker == before[point.segments[0]].speaker:
            point = replace(point, speaker=first[0].speaker)
        return replace(point, segments=tuple(cited))

    return change_points(recap.summary, change)


def _roots_of(segment_id: str) -> list[str]:
    """The segments of the engines that a derived one was made of, by their ids."""
    return [part.split(".")[0] for part in segment_id.split("+")]
