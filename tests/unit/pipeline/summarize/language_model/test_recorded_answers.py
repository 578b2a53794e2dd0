"""What a real small model answered: wrong lines, inventions and greetings, and what may be left of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from support.ollama_server import OllamaServer
from support.recorded_answers import plays_recorded, read_recorded
from support.sample_truth import read_truth, transcript_of
from support.scripted_models import summarize

from pipeline.recap import Point, Segment, Summary, Transcript
from pipeline.summarize.cues import cues_for
from pipeline.summarize.engine import SummaryResult

TAKES = [(name, take) for name in ("standup", "launch-planning") for take in range(len(read_recorded()[name]))]
INVENTED = "tent", "old hall", "good morning", "recording this meeting"


def content_words(text: str) -> set[str]:
    cues = cues_for("en")
    assert cues
    words = re.findall(r"[a-z]+", text.lower())
    return {word[:5] for word in words if len(word) > 3 and word not in cues.stop_words}


def points_of(summary: Summary) -> list[Point]:
    return [*summary.overview, *summary.topics, *summary.decisions, *summary.action_items, *summary.questions]


def play(server: OllamaServer, name: str, take: int) -> tuple[SummaryResult, Transcript]:
    transcript = transcript_of(read_truth(name))
    server.script = plays_recorded(name, take)
    return summarize(server, transcript), transcript


def overlap(found: Iterable[Point], wanted: dict[str, float]) -> bool:
    return any(min(one.end, wanted["end"]) - max(one.start, wanted["start"]) > 0.5 for one in found)


@pytest.mark.parametrize(("name", "take"), TAKES)
def test_every_point_shares_half_of_its_words_with_the_lines_it_cites(
    ollama: OllamaServer, name: str, take: int
) -> None:
    result, transcript = play(ollama, name, take)
    by_id: dict[str, Segment] = {one.id: one for one in transcript.segments}
    names = content_words(" ".join(one.name for one in transcript.speakers))
    points = points_of(result.summary)
    assert len(points) > 6
    for point in points:
        wanted = content_words(point.text)
        said = content_words(" ".join(by_id[id_].text for id_ in point.segments)) | names
        assert 2 * len(wanted & said) >= len(wanted), point.text
        assert point.proof
        assert not any(words in point.text.lower() for words in INVENTED)


@pytest.mark.parametrize(("name", "take"), TAKES)
def test_every_decision_and_task_of_the_script_is_there_and_none_besides(
    ollama: OllamaServer, name: str, take: int
) -> None:
    truth, (result, transcript) = read_truth(name), play(ollama, name, take)
    summary = result.summary
    assert [overlap(summary.decisions, one) for one in truth["decisions"]] == [True] * len(summary.decisions)
    assert [overlap(summary.action_items, one) for one in truth["action_items"]] == [True] * len(summary.action_items)
    told = [(transcript.name_of(one.owner), one.due) for one in summary.action_items]
    assert told == [(one["owner"], one["due"]) for one in truth["action_items"]]


def test_what_it_made_up_is_counted(ollama: OllamaServer) -> None:
    result, _ = play(ollama, "standup", 4)
    (warning,) = result.warnings
    assert warning.code == "summary_points_dropped"
    assert "does not support 1 point" in warning.message
