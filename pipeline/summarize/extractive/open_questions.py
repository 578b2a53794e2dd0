"""Finds open questions in sentences by their cues: a question is open if nobody answers it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.summarize.cues import Cues
from pipeline.summarize.extractive.cue_matching import (
    MIN_WORDS,
    content_terms,
    is_question,
    replies,
    strip_fillers,
)
from pipeline.summarize.extractive.sentences import Sentence

ANSWER_SECONDS = 30.0
"""An answer comes within this time after the question, or after the reply that nobody knows."""
ANSWER_SENTENCES = 8
MOST_WORDS = 30
"""Longer sentences are talk, in which a doubt comes up."""
ANSWER_TERMS = 2
"""Words of the question that an answer takes up."""


def find_open_questions(sentences: Sequence[Sentence], cues: Cues) -> list[tuple[Sentence, tuple[str, ...]]]:
    """Questions that nobody could answer, and statements of what is unknown, each with the ids of its evidence."""
    found: list[tuple[Sentence, tuple[str, ...]]] = []
    denials: set[int] = set()
    for index, sentence in enumerate(sentences):
        text = strip_fillers(sentence, cues)
        if is_question(sentence, cues):
            denial = _unknown_reply(sentences, index, cues)
            if len(text.split()) < MIN_WORDS or cues.request.search(text) or denial is None:
                continue
            denials.add(denial)
            evidence, since = sentences[denial].segments, denial
        elif index not in denials and _says_unknown(sentence, text, cues):
            evidence, since = (), index
        else:
            continue
        if not _is_answered(sentences, index, since, cues):
            found.append((sentence, evidence))
    return found


def _says_unknown(sentence: Sentence, text: str, cues: Cues) -> bool:
    """Whether a statement says what is not known, and that it matters."""
    if not cues.open_statement.search(text) or cues.idle.search(text):
        return False
    return len(text.split()) <= MOST_WORDS and len(content_terms(sentence, cues)) >= ANSWER_TERMS


def _is_answered(sentences: Sequence[Sentence], asked: int, since: int, cues: Cues) -> bool:
    """Whether somebody says something of what was asked, after the sentence `since`, without asking in turn."""
    wanted = content_terms(sentences[asked], cues)
    for after in sentences[since + 1 : since + 1 + ANSWER_SENTENCES]:
        if after.start - sentences[since].end > ANSWER_SECONDS:
            break
        text = strip_fillers(after, cues)
        is_doubt = cues.unknown.search(text) or cues.open_statement.search(text) or cues.promise.search(text)
        if after.speaker == sentences[since].speaker or is_doubt or is_question(after, cues):
            continue
        if len(wanted & content_terms(after, cues)) >= min(ANSWER_TERMS, len(wanted)) > 0:
            return True
    return False


def _unknown_reply(sentences: Sequence[Sentence], index: int, cues: Cues) -> int | None:
    """The sentence of the reply that says the answer is unknown.

    Later in a reply, "we do not know whether ..." is a question of its own.
    """
    for place, at in enumerate(replies(sentences, index)):
        text = strip_fillers(sentences[at], cues)
        if cues.unknown.search(text) and (place == 0 or not cues.open_statement.search(text)):
            return at
    return None
