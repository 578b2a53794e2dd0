"""The sample meetings as transcripts, word for word, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.recap import Segment, Speaker, Transcript, Word

SAMPLES = Path(__file__).resolve().parents[2] / "audio_samples"
LISTED = ("council", "interview", "launch-planning", "standup")
"""The samples that list their decisions, action items and questions."""


def read_truth(name: str) -> dict[str, Any]:
    """The truth of a sample, as it lies beside the recording."""
    truth: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return truth


def transcript_of(truth: dict[str, Any]) -> Transcript:
    """One segment a turn; words share the time of their sentence evenly."""
    ids = {name: f"s{number}" for number, name in enumerate(truth["speakers"], 1)}
    segments = []
    for number, turn in enumerate(truth["turns"], 1):
        speaker = ids[turn["speaker"]]
        words = tuple(word for sentence in turn["sentences"] for word in _words(sentence, speaker))
        segments.append(Segment(f"g{number}", turn["start"], turn["end"], turn["text"], speaker, words=words))
    speakers = tuple(
        Speaker(id_, name, sum(one.end - one.start for one in segments if one.speaker == id_))
        for name, id_ in ids.items()
    )
    return Transcript(truth["language"], 1.0, truth["duration_seconds"], speakers, tuple(segments))


def _words(sentence: dict[str, Any], speaker: str) -> Iterator[Word]:
    texts = sentence["text"].split()
    pace = (sentence["end"] - sentence["start"]) / len(texts)
    for number, text in enumerate(texts):
        start = sentence["start"] + number * pace
        yield Word(start, start + pace, text, 1.0, speaker)
