"""Language models as the stand-in server plays them, and transcripts to give them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.recap import Segment, Speaker, Transcript
from pipeline.summarize.engine import SummaryOptions, SummaryResult
from pipeline.summarize.language_model.second_look import CONTROLS
from pipeline.summarize.language_model.summarizer import OllamaSummarizer
from pipeline.summarize.selection import choose_summarizer
from support.ollama_server import Body, OllamaServer, Reply, prompt_of, says
from support.sample_truth import read_truth, transcript_of

LINE = re.compile(r"^\[(s\d+)\] ([^:]+): (.*)$", re.MULTILINE)
NOTE = re.compile(r"^\[(n\d+)\] (.*)$", re.MULTILINE)
LOOK = re.compile(r"^\[(n\d+)\] ", re.MULTILINE)
KINDS = {"overview": "fact", "decisions": "decision", "action_items": "task", "questions": "question"}
FILLER = "We talked about the office move and about many other things that day, and nobody objected to any of it."


def user_of(body: Body) -> str:
    """The message with the transcript or the notes."""
    return str(body["messages"][1]["content"])


def is_merge(body: Body) -> bool:
    """Whether the model is to sum up notes."""
    return user_of(body).startswith("<notes>")


def is_look(body: Body) -> bool:
    """Whether the model is to look again at its own points."""
    return user_of(body).startswith("<lines>")


def is_reading(body: Body) -> bool:
    """Whether the model is to read a stretch of the transcript."""
    return user_of(body).startswith("<transcript>")


def lines_of(body: Body) -> list[tuple[str, str, str]]:
    """The lines of the transcript in a prompt: id, speaker, text."""
    return LINE.findall(user_of(body))


def tells(**lists: Any) -> Reply:
    """The answer about a stretch with these points, by the list of the recap that they are for; and `title`."""
    points = [{"kind": kind, **point} for name, kind in KINDS.items() for point in lists.get(name, ())]
    return says({"points": points, "title": lists.get("title", "")})


def sums_up(title: str, *sentences: dict[str, Any]) -> Reply:
    """The answer that sums up notes, or a stretch of which nothing is told."""
    return says({"overview": list(sentences), "title": title})


def says_yes(body: Body) -> Reply:
    """A model that finds again whatever it is asked about, and is right about the sentences of which that is known."""
    lines = [one for one in user_of(body).splitlines() if one.startswith("[")]
    none = [text for controls in CONTROLS.values() for text, wanted in controls if not wanted]
    told = (f"{one[1 : one.index(']')]} {'no' if any(each in one for each in none) else 'yes'}" for one in lines)
    return says({"answers": ", ".join(told)})


def reads_well(body: Body) -> Reply:
    """A model that follows its instructions: it cites what it quotes."""
    if is_look(body):
        return says_yes(body)
    if is_merge(body):
        points = [{"lines": [id_], "text": text} for id_, text in NOTE.findall(user_of(body))]
        return sums_up("Many things", *points[:4])
    lines = lines_of(body)
    first, last = lines[0], lines[-1]
    return tells(
        title=first[2][:40],
        overview=[{"lines": [one[0]], "text": one[2][:60]} for one in (first, last)],
        decisions=[{"lines": [id_], "text": text} for id_, _, text in lines if "decided" in text],
        action_items=[
            {"lines": [id_], "who": who, "when": None, "text": text} for id_, who, text in lines if "I will" in text
        ],
    )


def fails_on(words: str, reply: Reply) -> Callable[[Body], Reply]:
    """A model that gives this reply wherever the words are in the prompt, and reads well elsewhere."""
    return lambda body: reply if words in prompt_of(body) else reads_well(body)


def answers(**lists: Any) -> Callable[[Body], Reply]:
    """A model that tells the same points of every stretch, and stands by them."""
    return lambda body: tells(**lists) if is_reading(body) else reads_well(body)


def summarizer(server: OllamaServer, **changes: Any) -> OllamaSummarizer:
    chosen, notice = choose_summarizer(server.host, "recap")
    assert notice is None
    assert isinstance(chosen, OllamaSummarizer)
    return OllamaSummarizer(replace(chosen.settings, **{"retry_seconds": (0.0, 0.0), **changes}))


def summarize(
    server: OllamaServer, transcript: Transcript, options: SummaryOptions | None = None, **changes: Any
) -> SummaryResult:
    """The summary of a transcript by the server's model; `changes` are to its settings."""
    return summarizer(server, **changes).summarize(transcript, options or SummaryOptions(), lambda _: None)


def meeting() -> Transcript:
    return transcript_of(read_truth("launch-planning"))


def talk(*lines: str, language: str = "en", speakers: tuple[str, ...] = ("Ann",)) -> Transcript:
    """Lines of 4 s, one every 5 s; speakers take turns."""
    ids = [f"p{number}" for number in range(1, len(speakers) + 1)]
    segments = tuple(Segment(f"g{n}", n * 5.0, n * 5.0 + 4, text, ids[n % len(ids)]) for n, text in enumerate(lines))
    people = tuple(Speaker(id_, name, 1.0) for id_, name in zip(ids, speakers, strict=True))
    return Transcript(language, 1.0, 5.0 * len(lines), people, segments)


def long_talk(hours: float, words: int) -> Transcript:
    """The long sample meeting again and again: exactly so many words in so many hours."""
    once = transcript_of(read_truth("long-meeting"))
    texts: list[tuple[str, str | None]] = []
    left = words
    while left:
        for one in once.segments:
            said = one.text.split()[:left]
            left -= len(said)
            if said:
                texts.append((" ".join(said), one.speaker))
    pace, at = hours * 3600 / words, 0.0
    segments = []
    for number, (text, speaker) in enumerate(texts):
        length = pace * len(text.split())
        segments.append(Segment(f"g{number}", round(at, 3), round(at + 0.9 * length, 3), text, speaker))
        at += length
    return replace(once, duration_seconds=hours * 3600, segments=tuple(segments))
