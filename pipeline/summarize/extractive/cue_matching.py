"""Finds decisions, action items, open questions and topics in sentences by their cues.

Every match quotes a sentence as it was said. A request and its acceptance are one action item. A question is open only
if nobody has the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from re import Match, Pattern

from pipeline.summarize.cues import Cues
from pipeline.summarize.extractive.sentences import Sentence

REPLY_SECONDS = 10.0
"""A reply starts within this time after the end of the question."""
REPLY_SENTENCES = 4
APPROVAL_SECONDS = 120.0
"""An approval refers to a proposal within this time before it."""
MIN_WORDS = 4


@dataclass(frozen=True, slots=True)
class SpokenTask:
    """An action item: its sentence, its owner (a name as said, or a speaker's id), due date and acceptance."""

    sentence: Sentence
    owner_name: str | None = None
    owner_speaker: str | None = None
    due: str | None = None
    accepted_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicChange:
    """A change of topic: the sentence that announces it, and its title."""

    sentence: Sentence
    title: str


def strip_fillers(sentence: Sentence, cues: Cues) -> str:
    """The sentence with straight apostrophes and without leading fillers."""
    text = re.sub("[’‘`´]", "'", sentence.text).strip()
    return cues.filler.sub("", text) if cues.filler.sub("", text).strip(" .,!?") else text


def named_group(match: Match[str], group: str) -> str | None:
    """What the group of this name, or one of its numbered variants, matched."""
    found = (value for key, value in match.groupdict().items() if key.split("_")[0] == group and value)
    return next(found, None)


def is_question(sentence: Sentence, cues: Cues) -> bool:
    """Whether it is a question, by its question mark, or by its first word if punctuation is missing."""
    text = sentence.text.rstrip("\"'”’») ")
    if text.endswith(("?", "？")):
        return True
    return not sentence.is_complete and cues.asks.match(strip_fillers(sentence, cues)) is not None


def find_decisions(sentences: Sequence[Sentence], cues: Cues) -> list[Sentence]:
    """Sentences that state a decision, and proposals that are approved."""
    found: list[Sentence] = []
    proposal: Sentence | None = None
    for sentence in sentences:
        text = strip_fillers(sentence, cues)
        if is_question(sentence, cues):
            continue
        if cues.proposal.search(text):
            proposal = sentence
        elif cues.approval.search(text):
            if proposal is not None and sentence.start - proposal.end <= APPROVAL_SECONDS:
                found.append(proposal)
            found.append(sentence)
            proposal = None
        elif cues.decision.search(text) and len(text.split()) >= MIN_WORDS:
            found.append(sentence)
    return found


def find_tasks(sentences: Sequence[Sentence], cues: Cues) -> list[SpokenTask]:
    """Promises, requests and assignments. Whoever accepts a request owns it; the acceptance is no second task."""
    tasks: list[SpokenTask] = []
    acceptances: set[int] = set()
    for index, sentence in enumerate(sentences):
        if index in acceptances:
            continue
        text = strip_fillers(sentence, cues)
        due = _due(text, cues)
        if request := _match_task(cues.request, text, cues):
            name = named_group(request, "name")
            accepted = _acceptance(sentences, index, cues)
            acceptances.update(accepted)
            if name or accepted or due:
                tasks.append(_requested_task(sentences, index, accepted, name, due))
        elif (
            not is_question(sentence, cues)
            and not cues.decision.search(text)
            and (task := _stated_task(sentence, text, due, cues))
        ):
            tasks.append(task)
    return _merge_repeats(tasks, cues)


def find_open_questions(sentences: Sequence[Sentence], cues: Cues) -> list[tuple[Sentence, tuple[str, ...]]]:
    """Questions that nobody could answer, and statements of what is unknown, each with the ids of its evidence."""
    found: list[tuple[Sentence, tuple[str, ...]]] = []
    replies: set[int] = set()
    for index, sentence in enumerate(sentences):
        text = strip_fillers(sentence, cues)
        if is_question(sentence, cues):
            if len(text.split()) < MIN_WORDS:
                continue
            reply = _unknown_reply(sentences, index, cues)
            if reply is not None:
                found.append((sentence, sentences[reply].segments))
                replies.add(reply)
        elif index not in replies and cues.open_statement.search(text):
            found.append((sentence, ()))
    return found


def find_topic_changes(sentences: Sequence[Sentence], cues: Cues) -> list[TopicChange]:
    """Announced changes of topic, each topic once."""
    found: dict[str, TopicChange] = {}
    for sentence in sentences:
        match = cues.topic.search(strip_fillers(sentence, cues))
        title = (named_group(match, "title") or "").strip() if match else ""
        if title and len(title.split()) <= 8 and not is_question(sentence, cues):
            title = re.sub(r"^(?:the|an?|our|de|het|die|der|das|le|la|les|l'|el|los|las)\b ?", "", title, flags=re.I)
            if title:
                found.setdefault(title.casefold(), TopicChange(sentence, title[0].upper() + title[1:]))
    return list(found.values())


def _match_task(pattern: Pattern[str], text: str, cues: Cues) -> Match[str] | None:
    match = pattern.search(text)
    if match is None or len(text.split()) < MIN_WORDS or cues.no_task.search(text):
        return None
    return match


def _due(text: str, cues: Cues) -> str | None:
    match = cues.due.search(text)
    return match.group(0).strip(" ,") if match else None


def _stated_task(sentence: Sentence, text: str, due: str | None, cues: Cues) -> SpokenTask | None:
    if _match_task(cues.promise, text, cues):
        return SpokenTask(sentence, owner_speaker=sentence.speaker, due=due)
    if match := _match_task(cues.assigned, text, cues):
        return SpokenTask(sentence, owner_name=named_group(match, "owner"), due=due)
    if due and (match := _match_task(cues.dated, text, cues)):
        return SpokenTask(sentence, owner_name=named_group(match, "owner"), due=due)
    if due and not cues.condition.match(text) and _match_task(cues.joint, text, cues):
        return SpokenTask(sentence, due=due)
    return None


def _requested_task(
    sentences: Sequence[Sentence], index: int, accepted: Sequence[int], name: str | None, due: str | None
) -> SpokenTask:
    evidence = tuple(one for at in accepted for one in sentences[at].segments)
    owner = sentences[accepted[0]].speaker if accepted and name is None else None
    return SpokenTask(sentences[index], owner_name=name, owner_speaker=owner, due=due, accepted_in=evidence)


def _replies(sentences: Sequence[Sentence], index: int) -> list[int]:
    """The next sentences of the first other speaker that are near enough to be an answer."""
    asked = sentences[index]
    found: list[int] = []
    for at in range(index + 1, min(index + 1 + REPLY_SENTENCES, len(sentences))):
        after = sentences[at]
        if after.start - asked.end > REPLY_SECONDS:
            break
        if after.speaker == asked.speaker and asked.speaker is not None:
            if found:
                break
            continue
        if found and after.speaker != sentences[found[0]].speaker:
            break
        found.append(at)
    return found


def _unknown_reply(sentences: Sequence[Sentence], index: int, cues: Cues) -> int | None:
    """The sentence of the reply that says the answer is unknown.

    Later in a reply, "we do not know whether ..." is a question of its own.
    """
    for place, at in enumerate(_replies(sentences, index)):
        text = strip_fillers(sentences[at], cues)
        if cues.unknown.search(text) and (place == 0 or not cues.open_statement.search(text)):
            return at
    return None


def _acceptance(sentences: Sequence[Sentence], index: int, cues: Cues) -> list[int]:
    """The sentences that accept a request: by consent, or by a promise in words of the request."""
    wanted = _terms(sentences[index], cues)
    accepted: list[int] = []
    for at in _replies(sentences, index):
        text = strip_fillers(sentences[at], cues)
        consents = cues.consent.match(sentences[at].text) is not None
        promises = cues.promise.search(text) is not None
        if (promises and (consents or wanted & _terms(sentences[at], cues))) or (consents and not accepted):
            accepted.append(at)
        elif not accepted:
            break
    return accepted


def _terms(sentence: Sentence, cues: Cues) -> set[str]:
    return {word[:6] for word in re.findall(r"\w+", sentence.text.lower()) if len(word) > 2} - cues.stop_words


def _merge_repeats(tasks: list[SpokenTask], cues: Cues) -> list[SpokenTask]:
    """Merge tasks that were stated twice in almost the same words; the first stays, with the evidence of both."""
    kept: list[tuple[SpokenTask, set[str]]] = []
    for task in tasks:
        terms = _terms(task.sentence, cues)
        for at, (other, others) in enumerate(kept):
            same_owner = task.owner_speaker == other.owner_speaker and task.owner_name == other.owner_name
            if same_owner and len(terms & others) >= 0.7 * len(terms | others):
                evidence = other.accepted_in + task.sentence.segments
                kept[at] = (replace(other, due=other.due or task.due, accepted_in=evidence), others)
                break
        else:
            kept.append((task, terms))
    return [task for task, _ in kept]
