"""A summary made of quotes, without a language model.

Words weigh by how much more often they come here than in the language. Topics are where the words change, the overview
has the best sentence of each. Cues find decisions, action items and open questions. Every point is a quote and so its
own evidence; hesitations are taken out of it, `said` has the words as they were said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from pipeline.languages import base_code, language_name
from pipeline.recap import ActionItem, Notice, Point, Summary, Topic, Transcript
from pipeline.summarize.cues import Cues, cues_for
from pipeline.summarize.engine import SummaryOptions, SummaryResult, find_speaker, spoken_seconds
from pipeline.summarize.extractive.cue_matching import find_decisions, find_topic_changes
from pipeline.summarize.extractive.open_questions import find_open_questions
from pipeline.summarize.extractive.ranking import SentenceRanking
from pipeline.summarize.extractive.sentences import Sentence, split_sentences
from pipeline.summarize.extractive.spoken_text import clean_text
from pipeline.summarize.extractive.tasks import SpokenTask, find_tasks
from pipeline.summarize.extractive.topics import TopicStretch, find_topics, name_meeting

VERSION = "2"
QUOTES = 3
LEAST_OVERVIEW, MOST_OVERVIEW = 3, 5
GAP = " … "
"""Stands between sentences of a topic that do not follow each other."""
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
        sentences = [_clean(one, transcript.language) for one in split_sentences(transcript)]
        on_progress(0.2)
        cues = cues_for(transcript.language)
        ranking = SentenceRanking(sentences, transcript, cues)
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
    topics = find_topics(ranking, transcript.duration_seconds, changes)
    at = {id(one): index for index, one in enumerate(sentences)}
    taken = {at[id(one)] for one in [*decisions, *(task.sentence for task in tasks), *(one for one, _ in questions)]}
    overview = _overview(ranking, topics)
    quotes = ranking.choose(QUOTES, without={*taken, *overview}) if len(sentences) > len(overview) + QUOTES else []
    return Summary(
        title=", ".join(one.title for one in changes[:3]) if len(changes) > 1 else name_meeting(ranking),
        overview=tuple(_point(f"o{n}", sentences[index]) for n, index in enumerate(overview, 1)),
        topics=tuple(_topic(f"t{n}", one, ranking) for n, one in enumerate(topics, 1)),
        decisions=tuple(_point(f"d{n}", one) for n, one in enumerate(decisions, 1)),
        action_items=tuple(_action_item(f"a{n}", task, transcript) for n, task in enumerate(tasks, 1)),
        questions=tuple(_point(f"q{n}", one, evidence) for n, (one, evidence) in enumerate(questions, 1)),
        quotes=tuple(_point(f"c{n}", sentences[index]) for n, index in enumerate(quotes, 1)),
        engine="extractive",
        model=None,
        template=options.template,
        language=transcript.language,
    )


def _overview(ranking: SentenceRanking, topics: list[TopicStretch]) -> list[int]:
    """The best sentence of each topic, at most five; more of them where there are fewer than three topics."""
    chosen = ranking.choose(MOST_OVERVIEW, [ranking.choose(1, one.best)[0] for one in topics])
    if len(chosen) < LEAST_OVERVIEW:
        chosen += ranking.choose(LEAST_OVERVIEW - len(chosen), without=chosen)
    return sorted(chosen)


def _clean(sentence: Sentence, language: str) -> Sentence:
    """The sentence without hesitations and false starts."""
    text = clean_text(sentence.text, language)
    return sentence if text == sentence.text else replace(sentence, text=text, said=sentence.text)


def _topic(id_: str, topic: TopicStretch, ranking: SentenceRanking) -> Topic:
    best = [ranking.sentences[one] for one in topic.best]
    gaps = [GAP if after - before > 1 else " " for before, after in pairwise(topic.best)]
    text, said = (
        "".join(part for pair in zip(texts, [*gaps, ""], strict=True) for part in pair)
        for texts in ([one.text for one in best], [one.said or one.text for one in best])
    )
    return Topic(
        id=id_,
        title=topic.title,
        text=text,
        said=said if said != text else None,
        speaker=best[0].speaker,
        start=ranking.sentences[topic.first].start,
        end=max(one.end for one in ranking.sentences[topic.first : topic.after]),
        segments=_unique(tuple(one for sentence in best for one in sentence.segments)),
        proof="quote",
    )


def _point(id_: str, sentence: Sentence, evidence: tuple[str, ...] = ()) -> Point:
    return Point(id=id_, **_quoted(sentence, evidence))


def _quoted(sentence: Sentence, evidence: tuple[str, ...]) -> dict[str, Any]:
    """What a point of any kind has of the sentence that it quotes."""
    return {
        "text": sentence.text,
        "said": sentence.said,
        "speaker": sentence.speaker,
        "start": sentence.start,
        "end": sentence.end,
        "segments": _unique(sentence.segments + evidence),
        "proof": "quote",
    }


def _action_item(id_: str, task: SpokenTask, transcript: Transcript) -> ActionItem:
    owner = task.owner_speaker
    if task.owner_name:
        owner = find_speaker(task.owner_name, transcript) or owner or task.owner_name
    return ActionItem(
        id=id_,
        **_quoted(task.sentence, task.accepted_in),
        owner_by="rule" if owner else None,
        due_by="rule" if task.due else None,
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
