"""Who speaks, told by the channels, and inside a channel that several people share by diarization."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.channels.line import Line
from pipeline.diarize import Diarization
from pipeline.recap import SpeakerTurn
from pipeline.samples import SAMPLE_RATE
from pipeline.voice_activity import TimeSpan

FEWEST_SECONDS, FEWEST_SHARE = 8.0, 0.1  # of a channel's speech: with less, a voice that diarization finds is no person
NOBODY = Diarization((), ())


def find_people(spans: Sequence[TimeSpan], line: Line, diarization: Diarization = NOBODY) -> Diarization:
    """The turns in the line. All words of a channel are those of its people, who speak where it has speech.

    `spans` is where the line has speech, `diarization` what was found in the whole line; without any, each channel is a
    person. In `exclusive`, turns reach to the next one of their channel.
    """
    people = [_people_of(channel, spans, line, diarization) for channel in range(line.count)]
    return Diarization(
        tuple(turn for one in people for turn in one.turns), tuple(turn for one in people for turn in one.exclusive)
    )


def _people_of(channel: int, spans: Sequence[TimeSpan], line: Line, diarization: Diarization) -> Diarization:
    begin, end = (number * line.stride / SAMPLE_RATE for number in (channel, channel + 1))
    own = [span for span in spans if begin <= span.start < end]
    voices = list(_within(diarization.exclusive, own))
    labels = _find_voices(voices)
    name = f"channel {channel}"
    if len(labels) < 2:
        turns = tuple(SpeakerTurn(span.start, span.end, name) for span in own)
        return Diarization(turns, (SpeakerTurn(begin, end, name),))
    named = [
        tuple(replace(turn, speaker=f"{name} {turn.speaker}") for turn in found if turn.speaker in labels)
        for found in (_within(diarization.turns, own), voices)
    ]
    borders = [begin, *(turn.start for turn in named[1][1:]), end]
    exclusive = (
        replace(turn, start=start, end=stop) for turn, (start, stop) in zip(named[1], pairwise(borders), strict=True)
    )
    return Diarization(named[0], tuple(exclusive))


def _within(turns: Sequence[SpeakerTurn], spans: Sequence[TimeSpan]) -> Iterator[SpeakerTurn]:
    """What of the turns lies within the spans, in order. Both are in the order of time."""
    first = 0
    for turn in sorted(turns, key=lambda turn: turn.start):
        while first < len(spans) and spans[first].end <= turn.start:
            first += 1
        for span in spans[first:]:
            if span.start >= turn.end:
                break
            yield replace(turn, start=max(turn.start, span.start), end=min(turn.end, span.end))


def _find_voices(turns: Sequence[SpeakerTurn]) -> set[str]:
    """The labels of those who speak enough to count."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for turn in turns:
        seconds[turn.speaker] += turn.end - turn.start
    least = max(FEWEST_SECONDS, FEWEST_SHARE * sum(seconds.values()))
    return {label for label, spoken in seconds.items() if spoken >= least}
