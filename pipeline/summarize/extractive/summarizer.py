"""A summary made of quotes, without a language model.

The overview has the sentences that TextRank ranks first, balanced over time and speakers. Cues find decisions, action
items, open questions and topics. Every point is a quote and so its own evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from pipeline.languages import language_name
from pipeline.recap import ActionItem, Notice, Point, Summary, Topic, Transcript
from pipeline.summarize.cues import Cues, cues_for
from pipeline.summarize.engine import SummaryOptions, SummaryResult, find_speaker, spoken_seconds
from pipeline.summarize.extractive.cue_matching import (
    SpokenTask,
    TopicChange,
    find_decisions,
    find_open_questions,
    find_tasks,
    find_topic_changes,
)
from pipeline.summarize.extractive.ranking import SentenceRanking
from pipeline.summarize.extractive.sentences import Sentence, split_sentences
from pipeline.summarize.language_codes import base_code

VERSION = "1"
QUOTES = 3
MAX_POINTS = 100
"""At most this many points of a kind, the earliest ones."""


class ExtractiveSummarizer:
    """Summarizes by quoting, without a model or network. Time and memory grow with the number of words."""

    @property
    def identity(self) -> str:
        return f"extractive/{VERSION}"

    def summarize(
        self, transcript: Transcript, options: SummaryOptions, on_progress: Callable[[float], None]
    ) -> SummaryResult:
        """Summarize in the spoken language; `options.language` cannot change what people said."""
        on_progress(0.0)
        sentences = split_sentences(transcript)
        on_progress(0.2)
        cues = cues_for(transcript.language)
        ranking = SentenceRanking(sentences, cues)
        on_progress(0.6)
        summary = _compose(transcript, options, sentences, ranking, cues)
        on_progress(1.0)
        warnings = [_no_cues_notice()] if sentences and not cues else []
        if sentences and options.language and base_code(options.language) != base_code(transcript.language):
            warnings.append(_not_translated_notice(options.language, transcript.language))
        return SummaryResult(summary, spoken_seconds(transcript.segments), tuple(warnings))


def _compose(
    transcript: Transcript,
    options: SummaryOptions,
    sentences: list[Sentence],
    ranking: SentenceRanking,
    cues: Cues | None,
) -> Summary:
    decisions = find_decisions(sentences, cues)[:MAX_POINTS] if cues else []
    tasks = find_tasks(sentences, cues)[:MAX_POINTS] if cues else []
    questions = find_open_questions(sentences, cues)[:MAX_POINTS] if cues else []
    changes = find_topic_changes(sentences, cues)[:MAX_POINTS] if cues else []
    at = {id(one): index for index, one in enumerate(sentences)}
    taken = {at[id(one)] for one in [*decisions, *(task.sentence for task in tasks), *(one for one, _ in questions)]}
    overview = _overview(ranking, transcript.duration_seconds)
    quotes = ranking.choose(QUOTES, without={*taken, *overview}) if len(sentences) > len(overview) + QUOTES else []
    return Summary(
        title=", ".join(one.title for one in changes[:3]),
        overview=tuple(_point(f"o{n}", sentences[index]) for n, index in enumerate(overview, 1)),
        topics=tuple(_topics(changes, sentences, at, ranking)),
        decisions=tuple(_point(f"d{n}", one) for n, one in enumerate(decisions, 1)),
        action_items=tuple(_action_item(f"a{n}", task, transcript) for n, task in enumerate(tasks, 1)),
        questions=tuple(_point(f"q{n}", one, evidence) for n, (one, evidence) in enumerate(questions, 1)),
        quotes=tuple(_point(f"c{n}", sentences[index]) for n, index in enumerate(quotes, 1)),
        engine="extractive",
        model=None,
        template=options.template,
        language=transcript.language,
    )


def _overview(ranking: SentenceRanking, duration: float) -> list[int]:
    """Three sentences, one more for each twenty minutes, at most five; the best of each part of the recording."""
    count = min(5, 3 + int(duration // 1200))
    chosen: list[int] = []
    for part in range(count):
        since, until = duration * part / count, duration * (part + 1) / count
        within = [n for n, one in enumerate(ranking.sentences) if since <= one.start < until]
        chosen += ranking.choose(1, within=within, without=chosen)
    if len(chosen) < count:
        chosen += ranking.choose(count - len(chosen), without=chosen)
    return sorted(chosen)


def _topics(
    changes: list[TopicChange], sentences: list[Sentence], at: dict[int, int], ranking: SentenceRanking
) -> Iterable[Topic]:
    """One topic for each change, up to the next one, with the best sentence in between."""
    starts = [at[id(one.sentence)] for one in changes] + [len(sentences)]
    for number, (change, (first, after)) in enumerate(zip(changes, pairwise(starts), strict=True), 1):
        best = ranking.choose(1, within=range(first + 1, after))
        best_sentence = sentences[best[0]] if best else change.sentence
        yield Topic(
            id=f"t{number}",
            title=change.title,
            text=best_sentence.text,
            speaker=best_sentence.speaker,
            start=change.sentence.start,
            end=max(one.end for one in sentences[first:after]),
            segments=_unique(change.sentence.segments + best_sentence.segments),
        )


def _point(id_: str, sentence: Sentence, evidence: tuple[str, ...] = ()) -> Point:
    return Point(
        id=id_,
        text=sentence.text,
        speaker=sentence.speaker,
        start=sentence.start,
        end=sentence.end,
        segments=_unique(sentence.segments + evidence),
    )


def _action_item(id_: str, task: SpokenTask, transcript: Transcript) -> ActionItem:
    owner = task.owner_speaker
    if task.owner_name:
        owner = find_speaker(task.owner_name, transcript) or task.owner_name
    return ActionItem(
        id=id_,
        text=task.sentence.text,
        speaker=task.sentence.speaker,
        start=task.sentence.start,
        end=task.sentence.end,
        segments=_unique(task.sentence.segments + task.accepted_in),
        owner=owner,
        due=task.due,
    )


def _unique(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _not_translated_notice(wanted: str, spoken: str) -> Notice:
    return Notice(
        "summary_language",
        f"The summary is not in {language_name(wanted)}: quotes stay in {language_name(spoken)}, as spoken.",
        "Set up Ollama to have a language model write the recap in another language.",
    )


def _no_cues_notice() -> Notice:
    return Notice(
        "summary_unknown_language",
        "Decisions, action items and questions are missing, because they cannot be detected in this language.",
        "Set up Ollama to have a language model write the recap.",
    )
