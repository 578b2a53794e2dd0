"""Puts what was found in a line of channels at its time in the recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.channels.line import Line
from pipeline.recap import Coverage, FailedWindow, Segment, Speaker, SpeakerTurn, Transcript, Word
from pipeline.voice_activity import TimeSpan, cut_out


def fold_transcript(transcript: Transcript, line: Line) -> Transcript:
    """One transcript of all channels in the order of time; speakers are numbered in the order of their first word."""
    segments = sorted((_fold_segment(one, line) for one in transcript.segments), key=lambda one: one.start)
    ids = _number(one.speaker for one in segments)
    turns = [
        replace(_fold_turn(turn, line), speaker=ids[turn.speaker]) for turn in transcript.turns if turn.speaker in ids
    ]
    return replace(
        transcript,
        speakers=tuple(
            Speaker(id, f"Speaker {number}", _seconds_of(id, turns)) for number, id in enumerate(ids.values(), 1)
        ),
        segments=tuple(_rename(segment, f"s{number}", ids) for number, segment in enumerate(segments, 1)),
        turns=tuple(sorted(turns, key=lambda turn: (turn.start, turn.end))),
    )


def fold_coverage(coverage: Coverage, spans: Sequence[TimeSpan], line: Line) -> Coverage:
    """The coverage of the recording, in which people may speak at once, from that of the line.

    `spans` is where the line has speech, or sounds that seemed to be.
    """
    sounds = sorted((window.start, window.end) for window in coverage.without_speech)
    spoken = [rest for span in spans for rest in cut_out(span, sounds)]
    seconds = sum(span.seconds for span in fold_spans(spoken, line))
    lost = coverage.speech_seconds - coverage.transcribed_seconds
    return replace(
        coverage,
        speech_seconds=round(seconds, 3),
        transcribed_seconds=round(max(0.0, seconds - lost), 3),
        failed_windows=tuple(sorted((_fold_window(one, line) for one in coverage.failed_windows), key=_start_of)),
    )


def _fold_window(window: FailedWindow, line: Line) -> FailedWindow:
    span = line.fold(TimeSpan(window.start, window.end))
    return replace(window, start=span.start, end=span.end)


def _start_of(window: FailedWindow) -> float:
    return window.start


def fold_spans(spans: Iterable[TimeSpan], line: Line) -> tuple[TimeSpan, ...]:
    """When anybody speaks, in the recording: the union of the channels."""
    union: list[TimeSpan] = []
    for span in sorted((line.fold(span) for span in spans), key=lambda span: span.start):
        if union and span.start <= union[-1].end:
            union[-1] = TimeSpan(union[-1].start, max(union[-1].end, span.end))
        else:
            union.append(span)
    return tuple(union)


def _number(speakers: Iterable[str | None]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for speaker in speakers:
        if speaker is not None:
            ids.setdefault(speaker, f"S{len(ids) + 1}")
    return ids


def _seconds_of(speaker: str, turns: Iterable[SpeakerTurn]) -> float:
    return round(sum(turn.end - turn.start for turn in turns if turn.speaker == speaker), 3)


def _fold_segment(segment: Segment, line: Line) -> Segment:
    _, offset = line.locate(segment.start)
    words = tuple(_shift_word(word, offset) for word in segment.words)
    return replace(segment, start=round(segment.start - offset, 3), end=round(segment.end - offset, 3), words=words)


def _shift_word(word: Word, offset: float) -> Word:
    return replace(word, start=round(word.start - offset, 3), end=round(word.end - offset, 3))


def _fold_turn(turn: SpeakerTurn, line: Line) -> SpeakerTurn:
    span = line.fold(TimeSpan(turn.start, turn.end))
    return replace(turn, start=span.start, end=span.end)


def _rename(segment: Segment, id: str, ids: dict[str, str]) -> Segment:
    words = tuple(replace(word, speaker=ids.get(word.speaker or "")) for word in segment.words)
    return replace(segment, id=id, speaker=ids.get(segment.speaker or ""), words=words)
