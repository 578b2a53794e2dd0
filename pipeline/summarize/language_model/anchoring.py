"""Finds the lines that bear a text, where those that the model cited do not."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recap import Segment
from pipeline.summarize.language_model.evidence import Evidence
from pipeline.summarize.language_model.normalization import normalize

MAX_APART = 6
"""The lines of one statement lie within so many, one after the other."""
MAX_LINES = 4
MIN_SHARE = 0.6
"""Of the content words: more than of lines that the model cited, because any line of the stretch may have them."""


def find_lines(text: str, segments: Sequence[Segment], evidence: Evidence) -> tuple[Segment, ...]:
    """The few lines, near to each other, that have most of the text's content words and bear it; empty if none do."""
    wanted = evidence.subject_words(text)
    if evidence.is_translated:
        return ()
    found: list[tuple[int, int, tuple[Segment, ...]]] = []
    for at, first in enumerate(segments):
        if wanted.isdisjoint(evidence.stems_of(first)):
            continue
        chosen = choose_lines(text, segments[at : at + MAX_APART], evidence)
        covered = frozenset[str]().union(*(evidence.stems_of(one) for one in chosen))
        found.append((len(wanted & covered), -len(chosen), chosen))
    best = sorted(found, key=lambda one: one[:2], reverse=True)[:3]
    return next((one for _, _, one in best if evidence.share(text, one) >= MIN_SHARE and evidence.bears(text, one)), ())


def choose_lines(
    text: str, segments: Sequence[Segment], evidence: Evidence, most: int = MAX_LINES
) -> tuple[Segment, ...]:
    """At most so many of the segments, in order of time: those that together have most of its words and numbers."""
    left = set(evidence.subject_words(text) | _numerals(text))
    chosen: set[int] = set()
    while left and len(chosen) < most:
        counts = [len(left & (evidence.stems_of(one) | _numerals(one.text))) for one in segments]
        at = max(range(len(segments)), key=counts.__getitem__, default=0)
        if not counts or not counts[at]:
            break
        chosen.add(at)
        left -= evidence.stems_of(segments[at]) | _numerals(segments[at].text)
    return tuple(segments[at] for at in sorted(chosen))


def _numerals(text: str) -> set[str]:
    return {word for word in normalize(text).split() if word.isdigit()}
