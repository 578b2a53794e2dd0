"""Language models as the stand-in server plays them, and transcripts to give them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.recap import Segment, Speaker, Transcript
from pipeline.summarize.engine import SummaryOptions, SummaryResult
from pipeline.summarize.language_model.summarizer import OllamaSummarizer
from pipeline.summarize.selection import choose_summarizer
from support.ollama_server import Body, OllamaServer, Reply, prompt_of, says
from support.sample_truth import read_truth, transcript_of

LINE = re.compile(r"^\[(s\d+)\] ([^:]+): (.*)$", re.MULTILINE)
NOTE = re.compile(r"^\[(s[\d,s]+)\] (.*)$", re.MULTILINE)
EMPTY: dict[str, Any] = {
    "title": "", "overview": [], "topics": [], "decisions": [], "action_items": [], "questions": [], "quotes": [],
}  # fmt: skip
FILLER = "We talked about the office move and about many other things that day, and nobody objected to any of it."


def user_of(body: Body) -> str:
    """The message with the transcript or the notes."""
    return str(body["messages"][1]["content"])


def is_merge(body: Body) -> bool:
    """Whether the model is to merge notes."""
    return user_of(body).startswith("<notes>")


def lines_of(body: Body) -> list[tuple[str, str, str]]:
    """The lines of the transcript in a prompt: id, speaker, text."""
    return LINE.findall(user_of(body))


def reads_well(body: Body) -> Reply:
    """A model that follows its instructions: it cites what it quotes."""
    if is_merge(body):
        points = [{"text": text, "segments": ids.split(",")} for ids, text in NOTE.findall(user_of(body))]
        topics = [{**point, "title": point["text"][:20]} for point in points if point["text"].startswith("Topic")]
        return says({"title": "Many things", "overview": points[:4], "topics": topics[:5]})
    lines = lines_of(body)
    first, last = lines[0], lines[-1]
    return says(
        {
            "title": "A part",
            "overview": [{"text": one[2][:60], "segments": [one[0]]} for one in (first, last)],
            "topics": [{"title": f"About {first[1]}", "text": first[2][:60], "segments": [first[0]]}],
            "decisions": [{"text": text, "segments": [id_]} for id_, _, text in lines if "decided" in text],
            "action_items": [
                {"text": text, "segments": [id_], "owner": who, "due": None}
                for id_, who, text in lines
                if "I will" in text
            ],
            "questions": [],
            "quotes": [{"text": last[2], "segments": [last[0]]}],
        }
    )


def fails_on(words: str, reply: Reply) -> Callable[[Body], Reply]:
    """A model that gives this reply wherever the words are in the prompt, and reads well elsewhere."""
    return lambda body: reply if words in prompt_of(body) else reads_well(body)


def answers(**lists: Any) -> Callable[[Body], Reply]:
    """A model that always answers with these lists, and nothing else."""
    return lambda body: says(EMPTY | lists)


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
