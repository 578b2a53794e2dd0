"""Finds speech that came back without words, or with words that cannot be right, as the coverage lists it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.doubts.doubt import AROUND_SECONDS, Doubt
from pipeline.recap import Coverage

MISSING_DOUBT, MISSING_WEIGHT = 0.6, 0.5
"""Most such stretches hold a word or more, but few hold many."""
_REASONS = {
    "no_words": "no words were recognised here",
    "repetition": "the same words come again and again here",
    "low_confidence": "hardly a word was recognised for sure here",
}
_OTHER = "this could not be transcribed well"


def find_missing_words(coverage: Coverage) -> Iterator[Doubt]:
    """The doubts about stretches that were not transcribed well."""
    for window in coverage.not_transcribed:
        yield Doubt(
            id=f"missing-{window.start:g}",
            kind="missing",
            start=window.start,
            end=window.end,
            segment=None,
            speaker=None,
            text="",
            span=None,
            point=None,
            doubt=MISSING_DOUBT,
            weight=MISSING_WEIGHT,
            reason=_REASONS.get(window.code, _OTHER),
            listen_seconds=window.end - window.start + 2 * AROUND_SECONDS,
        )
