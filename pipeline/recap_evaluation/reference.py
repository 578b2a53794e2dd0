"""What people wrote of a meeting: its turns, topics, summary, decisions and tasks.

A truth is `{"language", "duration_seconds", "turns": [{"speaker", "start", "end", "text"}]}`. It may have `topics`
(`title` and `turns`, the first and last turn of each stretch), a `summary`, and `decisions`, `action_items` (with
`owner` and `due`) and `questions`, each with `start` and `end` in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.recap import Segment, Speaker, Transcript
from pipeline.summarize.extractive.sentences import sentence_spans

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Statement:
    """A decision, task or question, with when it was said in seconds."""

    start: float
    end: float
    owner: str | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A truth, read. Each topic is its stretches of time; lists that the truth does not have are None."""

    transcript: Transcript
    topics: tuple[tuple[Span, ...], ...]
    summary: str
    decisions: tuple[Statement, ...] | None
    action_items: tuple[Statement, ...] | None
    questions: tuple[Statement, ...] | None


def read_reference(truth: Mapping[str, Any]) -> Reference:
    """Read a truth. Raises KeyError, TypeError, ValueError or AttributeError where it is none."""
    turns = truth["turns"]
    summary = truth.get("summary", "")
    return Reference(
        transcript=_transcript(truth),
        topics=tuple(
            tuple((turns[first]["start"], turns[last]["end"]) for first, last in topic["turns"])
            for topic in truth.get("topics", ())
        ),
        summary=summary if isinstance(summary, str) else " ".join(summary),
        decisions=_statements(truth.get("decisions")),
        action_items=_statements(truth.get("action_items")),
        questions=_statements(truth.get("questions")),
    )


def _transcript(truth: Mapping[str, Any]) -> Transcript:
    """The turns as a transcript of one segment a sentence; a speaker's id is the name."""
    turns = sorted(truth["turns"], key=lambda turn: turn["start"])
    language = truth.get("language", "en")
    parts = [(turn["speaker"], *part) for turn in turns for part in _sentences(turn, language)]
    segments = tuple(
        Segment(f"g{number}", start, end, text, speaker) for number, (speaker, start, end, text) in enumerate(parts, 1)
    )
    names = dict.fromkeys(turn["speaker"] for turn in turns)
    speakers = tuple(
        Speaker(name, name, sum(turn["end"] - turn["start"] for turn in turns if turn["speaker"] == name))
        for name in names
    )
    duration = truth.get("duration_seconds") or max((turn["end"] for turn in turns), default=0.0)
    return Transcript(language, 1.0, duration, speakers, segments)


def _sentences(turn: Mapping[str, Any], language: str) -> Iterator[tuple[float, float, str]]:
    """Start, end and text of each sentence; without times of its own, by its share of the characters."""
    if "sentences" in turn:
        yield from ((one["start"], one["end"], one["text"]) for one in turn["sentences"])
        return
    pace = (turn["end"] - turn["start"]) / max(1, len(turn["text"]))
    for first, last in sentence_spans(turn["text"], language):
        if text := turn["text"][first:last].strip():
            yield turn["start"] + first * pace, turn["start"] + last * pace, text


def _statements(found: Sequence[Mapping[str, Any]] | None) -> tuple[Statement, ...] | None:
    """The statements of a list; None where it is missing, or its entries are of another kind, without times."""
    if found is None or any("start" not in one for one in found):
        return None
    return tuple(Statement(one["start"], one["end"], one.get("owner"), one.get("due")) for one in found)
