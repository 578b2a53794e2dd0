"""Finds decisions and changes of topic in sentences by their cues, and what questions and tasks need too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from re import Match

from pipeline.summarize.cues import Cues
from pipeline.summarize.extractive.sentences import Sentence

REPLY_SECONDS = 10.0
"""A reply starts within this time after the end of the question."""
REPLY_SENTENCES = 4
APPROVAL_SECONDS = 120.0
"""An approval refers to a proposal within this time before it."""
MIN_WORDS = 4


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


def replies(sentences: Sequence[Sentence], index: int) -> list[int]:
    """The places of the next sentences of the first other speaker that are near enough to be an answer."""
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


def content_terms(sentence: Sentence, cues: Cues) -> set[str]:
    """The words of a sentence that say something of the subject, without most inflections."""
    return {word[:6] for word in re.findall(r"\w+", sentence.text.lower()) if len(word) > 2} - cues.stop_words
