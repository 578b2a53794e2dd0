"""The shape of a table of cues."""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Pattern


def one_of(*patterns: str) -> Pattern[str]:
    """Any of the patterns, at a word's start, in any case."""
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + ")", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What gives a sentence away, in one language.

    - `filler`: what may stand before the sentence proper, cut off before anything else is looked for.
    - `decision`: a decision. `approval`: that what was proposed is accepted. `proposal`: a proposal.
    - `promise`: the speaker takes a task on. `joint`: a task for all, taken only with a due date.
    - `assigned`: somebody named gets a task; group `owner`. `dated`: the same, taken only with a due date.
    - `request`: somebody is asked to do something; group `name` where they are addressed by name.
    - `no_task`: what makes a promise or a request no task ("I will be honest", "can you hear me").
    - `within`: what is done within the meeting; a task only if it is due after it. `now`: due dates before its end.
    - `consent`: agreeing to a request. `due`: when something is due, as said.
    - `asks`: the start of a question, for text that lost its question marks.
    - `unknown`: an answer that leaves the question open. `open_statement`: a statement that something is not known.
    - `idle`: what the speaker does not know, and nobody needs to find out ("I don't know what to say").
    - `topic`: a change of subject; group `title`. `closing`: the speaker sums up.
    - `courtesy`: greetings, thanks and announcements that say nothing about the subject.
    - `stop_words`: words that say nothing about the subject.
    """

    filler: Pattern[str]
    decision: Pattern[str]
    approval: Pattern[str]
    proposal: Pattern[str]
    promise: Pattern[str]
    joint: Pattern[str]
    condition: Pattern[str]
    assigned: Pattern[str]
    dated: Pattern[str]
    request: Pattern[str]
    no_task: Pattern[str]
    within: Pattern[str]
    now: Pattern[str]
    consent: Pattern[str]
    due: Pattern[str]
    asks: Pattern[str]
    unknown: Pattern[str]
    open_statement: Pattern[str]
    idle: Pattern[str]
    topic: Pattern[str]
    closing: Pattern[str]
    courtesy: Pattern[str]
    stop_words: frozenset[str]
