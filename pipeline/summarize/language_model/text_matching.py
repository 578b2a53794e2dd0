"""Checks whether a text was said, by comparing it word for word with segments of the transcript."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.recap import Segment
from pipeline.summarize.language_model.normalization import normalize

MAX_BETWEEN = 1
LEADING_IN = frozenset(
    """a à al am an antes at au aux avant before bis by das de del dem den der des die du due el en for het ici im in
    la le les on op para pour spätestens te tegen the till to tot um until uiterlijk vor voor zum zur""".split()
)
"""Words that may differ before a date, in English, Dutch, German, French and Spanish."""


def is_said(text: str, segments: Sequence[Segment]) -> bool:
    """Whether the words of the text occur together in the segments."""
    return _occur_together(normalize(text), segments)


def _occur_together(wanted: str, segments: Sequence[Segment]) -> bool:
    return bool(wanted) and f" {wanted} " in f" {normalize(' '.join(one.text for one in segments))} "


def find_ending(text: str, segments: Sequence[Segment]) -> str | None:
    """The longest ending of the text that was said; None if no ending was.

    "Friday" of "by Friday" if only that was said; "end of the month", as spoken, for "end of month". Only LEADING_IN
    words may be left out: "not before Friday" is not Friday. An ending has three letters or a digit.
    """
    words = text.split()
    for start in range(len(words)):
        if start and normalize(words[start - 1]) not in LEADING_IN:
            break
        ending = " ".join(words[start:])
        plain = normalize(ending)
        if len(plain) < 3 and not re.search(r"\d", plain):
            break
        if _occur_together(plain, segments):
            return ending
        if found := _find_in_order(plain.split(), segments):
            return found
    return None


def _find_in_order(wanted: Sequence[str], segments: Sequence[Segment]) -> str | None:
    """The first passage with all the words in order, and at most MAX_BETWEEN others between two of them."""
    spoken = [word for one in segments for word in one.text.split()]
    words = [normalize(word) for word in spoken]
    for start in (at for at, word in enumerate(words) if word == wanted[0]):
        at = start
        for word in wanted[1:]:
            following = words[at + 1 : at + 2 + MAX_BETWEEN]
            if word not in following:
                break
            at += 1 + following.index(word)
        else:
            return " ".join(spoken[start : at + 1]).rstrip(".,;:!?…")
    return None
