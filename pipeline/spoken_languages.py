"""Tells which language is spoken when, and packs the speech of each into windows.

Whisper is asked for the language of short stretches: its encoder takes them as they are, which costs a tenth of a
window filled up to thirty seconds and is as right. One stretch may mislead, so the likeliest course over all of them
counts, with a price on each change. Where that finds one language, the windows stay as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

import numpy as np

from pipeline.recap import Segment, Transcript, WindowText
from pipeline.samples import Samples
from pipeline.voice_activity import TimeSpan, VoiceActivity, pack_windows

STRETCH_SECONDS = 5.0  # the language is told of stretches up to this long, cut at pauses
TELLING_SECONDS = 4.0  # shorter ones count less
SURE_PROBABILITY, SURE_SECONDS = 0.5, 3.0  # a language is spoken if it is likelier than this for so long
LEAST_PROBABILITY = 1e-3  # no stretch rules a language out
CHANGE_COST = 3.0  # of each change, as a log-probability

Probabilities = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SpokenLanguages:
    """The windows of speech, each with its language; and the language spoken most with its mean probability."""

    windows: tuple[TimeSpan, ...]
    languages: tuple[str, ...]
    language: str
    probability: float

    @classmethod
    def only(cls, language: str, windows: Sequence[TimeSpan], probability: float = 1.0) -> SpokenLanguages:
        """One language in all windows."""
        return cls(tuple(windows), (language,) * len(windows), language, probability)


class LanguageTeller(Protocol):
    """The part of a recognizer that tells languages; `tell_languages` gives the probabilities of each stretch."""

    @property
    def is_multilingual(self) -> bool: ...
    @property
    def window_seconds(self) -> float: ...
    def tell_languages(self, pcm: Samples, stretches: Sequence[TimeSpan]) -> list[dict[str, float]]: ...


def find_languages(
    samples: Samples, speech: VoiceActivity, teller: LanguageTeller, batch_size: int, on_batch: Callable[[], None]
) -> SpokenLanguages:
    """Tell the language of each window; cut windows where it changes. `on_batch` may raise to stop."""
    if not teller.is_multilingual or not speech.windows:
        return SpokenLanguages.only("en", speech.windows, float(bool(speech.windows)))
    stretches = pack_windows(speech.spans, STRETCH_SECONDS, at_pauses=False)
    told: list[dict[str, float]] = []
    for first in range(0, len(stretches), batch_size):
        told += teller.tell_languages(samples, stretches[first : first + batch_size])
        on_batch()
    path = smooth(stretches, told)
    seconds: defaultdict[str, float] = defaultdict(float)
    for stretch, language in zip(stretches, path, strict=True):
        seconds[language] += stretch.seconds
    most = max(seconds, key=lambda language: seconds[language])
    sums = [(s.seconds, each.get(most, 0.0)) for s, each, one in zip(stretches, told, path, strict=True) if one == most]
    probability = sum(length * each for length, each in sums) / sum(length for length, _ in sums)
    if len(seconds) == 1:
        return SpokenLanguages.only(most, speech.windows, probability)
    return SpokenLanguages(*_pack(speech.spans, stretches, path, teller.window_seconds), most, probability)


def with_languages(transcript: Transcript, windows: Iterable[WindowText]) -> Transcript:
    """The transcript, each segment with the language of the window that it is in."""
    known = sorted((text.span[0], text.language) for text in windows if text.span)
    starts = [start for start, _ in known]

    def language_at(segment: Segment) -> str:
        at = bisect_right(starts, (segment.start + segment.end) / 2) - 1
        return (known[max(0, at)][1] if known else None) or transcript.language

    segments = tuple(replace(segment, language=language_at(segment)) for segment in transcript.segments)
    return replace(transcript, segments=segments)


def smooth(stretches: Sequence[TimeSpan], told: Sequence[Probabilities]) -> list[str]:
    """The likeliest course of languages over all stretches (Viterbi)."""
    languages = _candidates(stretches, told)
    weights = np.array([min(1.0, stretch.seconds / TELLING_SECONDS) for stretch in stretches])
    likely = np.array([[max(each.get(code, 0.0), LEAST_PROBABILITY) for code in languages] for each in told])
    scores = weights[:, None] * np.log(likely)
    change = CHANGE_COST * (1 - np.eye(len(languages)))
    total, steps = scores[0], []
    for score in scores[1:]:
        paths = total[:, None] - change
        steps.append(paths.argmax(axis=0))
        total = paths.max(axis=0) + score
    at = int(total.argmax())
    path = [at]
    for step in reversed(steps):
        at = int(step[at])
        path.append(at)
    return [languages[at] for at in reversed(path)]


def _candidates(stretches: Sequence[TimeSpan], told: Sequence[Probabilities]) -> list[str]:
    """The languages that are surely spoken for some seconds, and the one that is likeliest over all."""
    sure: defaultdict[str, float] = defaultdict(float)
    mass: defaultdict[str, float] = defaultdict(float)
    for stretch, each in zip(stretches, told, strict=True):
        for code, probability in each.items():
            mass[code] += stretch.seconds * probability
            if probability >= SURE_PROBABILITY:
                sure[code] += stretch.seconds * probability
    found = [code for code, seconds in sure.items() if seconds >= SURE_SECONDS]
    return sorted({*found, max(mass, key=lambda code: mass[code])})


def _pack(
    spans: Sequence[TimeSpan], stretches: Sequence[TimeSpan], path: Sequence[str], max_seconds: float
) -> tuple[tuple[TimeSpan, ...], tuple[str, ...]]:
    """Windows of one language each."""
    windows: list[TimeSpan] = []
    languages: list[str] = []
    for language, group in groupby(zip(stretches, path, strict=True), key=lambda each: each[1]):
        run = [stretch for stretch, _ in group]
        inside = [_cut(span, run[0].start, run[-1].end) for span in spans]
        packed = pack_windows([span for span in inside if span.seconds > 0], max_seconds)
        windows += packed
        languages += [language] * len(packed)
    return tuple(windows), tuple(languages)


def _cut(span: TimeSpan, start: float, end: float) -> TimeSpan:
    return TimeSpan(max(span.start, start), min(span.end, end))
