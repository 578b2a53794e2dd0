"""Recaps to render, made from the truth of the sample meetings."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.recap import (
    ActionItem,
    Coverage,
    FailedWindow,
    Notice,
    Point,
    Recap,
    Segment,
    Source,
    Speaker,
    StageReport,
    Summary,
    Topic,
    Transcript,
    Word,
)

SAMPLES = Path(__file__).resolve().parents[2] / "audio_samples"
URL = "https://recap.example/recordings/7f3a9c"
DEMO_MODELS = Notice(
    "demo_models",
    "This recap was made with the small demo models that come with the product. They mishear words, names most of all.",
    "Install a full model to make it again from the same recording.",
)
NO_OLLAMA = Notice(
    "ollama_unreachable",
    "The summary was put together from quotes, because Ollama did not answer.",
    "Start Ollama, or set OLLAMA_HOST to where it runs, then write the recap again.",
)


def words_of(text: str, start: float, end: float, chance: random.Random, doubt: float) -> tuple[Word, ...]:
    """Recognised words spread evenly over a stretch; a share `doubt` of them is uncertain."""
    parts = text.split(" ")
    step = (end - start) / len(parts)
    return tuple(
        Word(start + number * step, start + (number + 1) * step, f" {part}", 0.2 if chance.random() < doubt else 0.9)
        for number, part in enumerate(parts)
    )


def segments_of(truth: dict[str, Any], ids: dict[str, str], doubt: float) -> tuple[Segment, ...]:
    """Every sentence as a segment."""
    chance = random.Random(7)
    segments = []
    for turn in truth["turns"]:
        for one in turn["sentences"]:
            words = words_of(one["text"], one["start"], one["end"], chance, doubt)
            number = f"s{len(segments)}"
            segments.append(
                Segment(number, one["start"], one["end"], one["text"], ids[turn["speaker"]], -0.2, 0.01, words)
            )
    return tuple(segments)


def points(truth: dict[str, Any], kind: str, ids: dict[str, str]) -> list[dict[str, Any]]:
    """The fields of the truth's points of one kind."""
    return [
        {
            "id": f"{kind}{number}",
            "text": one["text"],
            "speaker": ids.get(one["speaker"]),
            "start": one["start"],
            "end": one["end"],
            "segments": ("s0",),
        }
        for number, one in enumerate(truth.get(kind, []))
    ]


def sample_recap(name: str = "launch-planning", *, doubt: float = 0.02, extractive: bool = False) -> Recap:
    """The recap of a sample meeting as an errorless pipeline would make it."""
    truth = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    ids = {person: f"spk{number}" for number, person in enumerate(truth["speakers"])}
    segments = segments_of(truth, ids, doubt)
    duration = truth["duration_seconds"]
    spoken = {key: sum(one.end - one.start for one in segments if one.speaker == key) for key in ids.values()}
    speakers = tuple(Speaker(key, person, spoken[key]) for person, key in ids.items())
    actions = [
        ActionItem(**fields, owner=ids.get(one.get("owner"), one.get("owner")), due=one.get("due"))
        for fields, one in zip(points(truth, "action_items", ids), truth.get("action_items", []), strict=True)
    ]
    quarter = duration / 4
    topics = [
        Topic(
            id=f"t{number}",
            title=f"Part {number + 1} of the meeting",
            text=" ".join(one.text for one in segments if abs(one.start - (number + 0.5) * quarter) < 12),
            start=segments[0].start + number * quarter,
            end=(number + 1) * quarter,
            segments=("s0",),
        )
        for number in range(4)
    ]
    chosen = sorted(segments, key=lambda one: -len(one.text))[:6]
    said = [
        Point(id=f"p{one.id}", text=one.text, speaker=one.speaker, start=one.start, end=one.end, segments=(one.id,))
        for one in sorted(chosen, key=lambda one: one.start)
    ]
    summary = Summary(
        title=truth["title"],
        overview=tuple(said[:4]),
        topics=tuple(topics),
        decisions=tuple(Point(**fields) for fields in points(truth, "decisions", ids)),
        action_items=tuple(actions),
        questions=tuple(Point(**fields) for fields in points(truth, "questions", ids)),
        quotes=tuple(said[4:]),
        engine="extractive" if extractive else "ollama",
        model=None if extractive else "qwen3:8b",
        template="meeting",
        language="en",
    )
    speech = sum(spoken.values())
    return Recap(
        id="7f3a9c",
        title=truth["title"],
        source=Source(f"{name}.mp3", "mp3", "mp3", 1747322, "9b1f4c0277ae3d58" * 4, "2026-11-17T09:00:00Z"),
        transcript=Transcript("en", 0.99, duration, speakers, segments),
        summary=summary,
        coverage=Coverage(duration, min(speech, duration), speech, min(speech, duration)),
        warnings=(DEMO_MODELS, *((NO_OLLAMA,) if extractive else ())),
        stages=(
            StageReport("prepare", "FFmpeg 7.1", "16 kHz, mono, 3:38", 0.4),
            StageReport("transcribe", "faster-whisper 1.2.1, demo-en", "language en (99 %), beam 5, int8 on CPU", 21.7),
            StageReport("diarize", "pyannote.audio 4.0.7, demo-diarization", "3 speakers found, none asked for", 6.2),
            StageReport(
                "summary", "Ollama 0.12.3, qwen3:8b", "template “meeting” v3, context 16,384, temperature 0", 14.0
            ),
        ),
        recording_url=URL,
        timezone="Europe/Berlin",
        organisation="Northwind",
        speech_spans=tuple((one.start, one.end) for one in segments),
    )


LONG_NAMES = (
    "Maximiliane von Hohenstein-Wartenberg",
    "Ben",
    "Oluwaseun Adeyemi-Bakare",
    "Carol",
    "Ngọc Ánh Nguyễn",
    "Γιώργος Παπαδόπουλος",
    "Dmitri",
    "Speaker 8",
    "Ольга Кравченко",
    "Zoë & Jürgen",
)
TASKS = (
    ("Send the amended plan to all members and to the monument office.", "by 30 November"),
    ("Ask three roofers for binding offers, with references for slate roofs on listed buildings.", "next week"),
    ("Book the hall.", None),
    ("Find a photographer.", "next week, at the latest before the harbour committee meets"),
)


def assembly_recap(*, people: int = 8, turns: int = 2500, words: int = 12, actions: int = 40) -> Recap:
    """A meeting of three hours with long names: `turns` turns of about `words` words each."""
    chance = random.Random(3)
    duration = 10704.0
    vocabulary = [word for turn in _sample_turns() for word in turn.split(" ")]
    step = duration / turns
    speakers, segments = [f"spk{number}" for number in range(people)], []
    for number in range(turns):
        start = number * step
        text = " ".join(chance.choices(vocabulary, k=chance.randint(words // 2, words * 3 // 2)))
        heard = words_of(text, start, start + 0.9 * step, chance, 0.03)
        speaker = speakers[number] if number < people else chance.choice(speakers)
        segments.append(Segment(f"s{number}", start, start + 0.9 * step, text, speaker, words=heard))
    spoken = {key: sum(one.end - one.start for one in segments if one.speaker == key) for key in speakers}
    base = sample_recap()
    tasks = [
        ActionItem(
            id=f"a{number}",
            text=TASKS[number % 4][0],
            due=TASKS[number % 4][1],
            owner=None if number % 5 == 0 else speakers[number % people],
            start=number * 250.0,
            end=number * 250.0 + 5,
            segments=("s0",),
        )
        for number in range(actions)
    ]
    return replace(
        base,
        title="Extraordinary general assembly of the Association for Historic Harbour Buildings: "
        "refurbishment of warehouse no. 7, second reading",
        transcript=Transcript(
            "en",
            0.99,
            duration,
            tuple(Speaker(key, LONG_NAMES[number % 10], spoken[key]) for number, key in enumerate(speakers)),
            tuple(segments),
        ),
        summary=replace(base.summary, action_items=tuple(tasks)),
        coverage=Coverage(
            duration,
            9600.0,
            9486.0,
            9486.0,
            (FailedWindow(3000, 3060, "repetition"), FailedWindow(7000, 7054, "no_words")),
        ),
        warnings=(),
        speech_spans=(),
    )


def _sample_turns() -> list[str]:
    truth = json.loads((SAMPLES / "launch-planning.json").read_text("utf-8"))
    return [turn["text"] for turn in truth["turns"]]
