"""Who is who in a part and in the recording that is made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pipeline.parts.stretch import Stretch
from pipeline.recap import Segment, Transcript

Overlaps = Mapping[tuple[str, str], float]
LEAST_SHARE = 0.5
"""Of what a speaker says in a part, the share that one speaker of the whole must say there to be the same person."""


def measure_overlaps(part: Transcript, stretch: Stretch, whole: Transcript) -> dict[tuple[str, str], float]:
    """Seconds in which a speaker of the part and one of the whole (by id) speak at the same time."""
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    others = sorted(whole.segments, key=lambda one: one.start)
    first = 0
    for speaker, start, end in _placed(part.segments, stretch):
        while first < len(others) and others[first].end <= start:
            first += 1
        for other in others[first:]:
            if other.start >= end:
                break
            if other.speaker is not None:
                seconds[speaker, other.speaker] += max(0.0, min(end, other.end) - max(start, other.start))
    return dict(seconds)


def match_by_time(overlaps: Overlaps) -> dict[str, str]:
    """The speaker of the whole for each of the part's, by id; without those who are several people there."""
    spoken: dict[str, float] = defaultdict(float)
    for (speaker, _), seconds in overlaps.items():
        spoken[speaker] += seconds
    return {
        speaker: other
        for (speaker, other), seconds in sorted(overlaps.items())
        if seconds > LEAST_SHARE * spoken[speaker]
    }


def choose_names(named: Iterable[tuple[Mapping[str, str], Overlaps]]) -> dict[str, str]:
    """The names of the whole's speakers, from the names given in each part; of several the one of the longest talk."""
    longest: dict[str, tuple[float, str]] = {}
    for names, overlaps in named:
        for speaker, other in match_by_time(overlaps).items():
            if speaker in names:
                found = overlaps[speaker, other], names[speaker]
                longest[other] = max(longest.get(other, (0.0, "")), found)
    return {speaker: name for speaker, (_, name) in longest.items()}


def _placed(segments: Iterable[Segment], stretch: Stretch) -> list[tuple[str, float, float]]:
    found = ((one.speaker, stretch.clip(one.start, one.end)) for one in segments)
    return sorted(((speaker, *span) for speaker, span in found if speaker and span), key=lambda one: one[1])
