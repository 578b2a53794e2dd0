"""Finds action items in sentences by their cues: promises, requests and assignments.

A request and its acceptance are one action item. What is done within the meeting is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from re import Match, Pattern

from pipeline.summarize.cues import Cues
from pipeline.summarize.extractive.cue_matching import (
    MIN_WORDS,
    content_terms,
    is_question,
    named_group,
    replies,
    strip_fillers,
)
from pipeline.summarize.extractive.sentences import Sentence

MOST_WORDS = 45
"""Longer sentences are talk, in which something like a promise comes up."""


@dataclass(frozen=True, slots=True)
class SpokenTask:
    """An action item: its sentence, its owner (a name as said, or a speaker's id), due date and acceptance.

    With both, the name is the owner if it is that of a speaker.
    """

    sentence: Sentence
    owner_name: str | None = None
    owner_speaker: str | None = None
    due: str | None = None
    accepted_in: tuple[str, ...] = ()


def find_tasks(sentences: Sequence[Sentence], cues: Cues) -> list[SpokenTask]:
    """Promises, requests and assignments. Whoever accepts a request owns it; the acceptance is no second task."""
    tasks: list[SpokenTask] = []
    acceptances: set[int] = set()
    for index, sentence in enumerate(sentences):
        if index in acceptances:
            continue
        text = strip_fillers(sentence, cues)
        due = find_due(text, cues)
        if request := _match_task(cues.request, text, cues):
            name = named_group(request, "name")
            accepted = _acceptance(sentences, index, cues)
            acceptances.update(accepted)
            if (name or accepted or due) and (_is_later(due, cues) or not cues.within.search(text)):
                tasks.append(_requested_task(sentences, index, accepted, name, due))
        elif (
            not is_question(sentence, cues)
            and not cues.decision.search(text)
            and (task := _stated_task(sentence, text, due, cues))
        ):
            tasks.append(task)
    return _merge_repeats(tasks, cues)


def _match_task(pattern: Pattern[str], text: str, cues: Cues) -> Match[str] | None:
    match = pattern.search(text)
    if match is None or not MIN_WORDS <= len(text.split()) <= MOST_WORDS or cues.no_task.search(text):
        return None
    return match


def find_due(text: str, cues: Cues) -> str | None:
    """When something is due, in the words of the text."""
    match = cues.due.search(text)
    return match.group(0).strip(" ,") if match else None


def _is_later(due: str | None, cues: Cues) -> bool:
    """Whether it is due after the meeting."""
    return due is not None and cues.now.search(due) is None


def _stated_task(sentence: Sentence, text: str, due: str | None, cues: Cues) -> SpokenTask | None:
    within = cues.within.search(text) is not None or cues.condition.match(text) is not None
    if within and not _is_later(due, cues):
        return None
    if match := _match_task(cues.assigned, text, cues):
        speaker = sentence.speaker if cues.promise.search(text) else None
        return SpokenTask(sentence, named_group(match, "owner"), speaker, due)
    if _match_task(cues.promise, text, cues):
        return SpokenTask(sentence, owner_speaker=sentence.speaker, due=due)
    if due is None or not (_is_later(due, cues) or _ends_with(text, due)):
        return None
    if match := _match_task(cues.dated, text, cues):
        return SpokenTask(sentence, owner_name=named_group(match, "owner"), due=due)
    if not cues.condition.match(text) and _match_task(cues.joint, text, cues):
        return SpokenTask(sentence, due=due)
    return None


def _ends_with(text: str, due: str) -> bool:
    return text.rstrip(" .,!?").endswith(due)


def _requested_task(
    sentences: Sequence[Sentence], index: int, accepted: Sequence[int], name: str | None, due: str | None
) -> SpokenTask:
    evidence = tuple(one for at in accepted for one in sentences[at].segments)
    owner = sentences[accepted[0]].speaker if accepted and name is None else None
    return SpokenTask(sentences[index], owner_name=name, owner_speaker=owner, due=due, accepted_in=evidence)


def _acceptance(sentences: Sequence[Sentence], index: int, cues: Cues) -> list[int]:
    """The sentences that accept a request: by consent, or by a promise in words of the request."""
    wanted = content_terms(sentences[index], cues)
    accepted: list[int] = []
    for at in replies(sentences, index):
        text = strip_fillers(sentences[at], cues)
        consents = cues.consent.match(sentences[at].text) is not None
        promises = cues.promise.search(text) is not None
        if (promises and (consents or wanted & content_terms(sentences[at], cues))) or (consents and not accepted):
            accepted.append(at)
        elif not accepted:
            break
    return accepted


def _merge_repeats(tasks: list[SpokenTask], cues: Cues) -> list[SpokenTask]:
    """Merge tasks that were stated twice in almost the same words; the first stays, with the evidence of both."""
    kept: list[tuple[SpokenTask, set[str]]] = []
    for task in tasks:
        terms = content_terms(task.sentence, cues)
        for at, (other, others) in enumerate(kept):
            same_owner = task.owner_speaker == other.owner_speaker and task.owner_name == other.owner_name
            if same_owner and len(terms & others) >= 0.7 * len(terms | others):
                evidence = other.accepted_in + task.sentence.segments
                kept[at] = (replace(other, due=other.due or task.due, accepted_in=evidence), others)
                break
        else:
            kept.append((task, terms))
    return [task for task, _ in kept]
