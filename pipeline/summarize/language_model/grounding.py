"""Compares the model's answer with the transcript; points without support there are dropped and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.recap import Segment, Transcript
from pipeline.summarize.cues import cues_for
from pipeline.summarize.engine import find_speaker
from pipeline.summarize.language_codes import base_code
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.normalization import normalize
from pipeline.summarize.language_model.response_schema import AnswerPoint, AnswerTask, AnswerTopic, says_nothing
from pipeline.summarize.language_model.spoken_content import SpokenContent
from pipeline.summarize.language_model.text_matching import find_ending, find_quote, is_said
from pipeline.summarize.language_model.transcript_lines import UNKNOWN_SPEAKER, displayed_name

NEARBY_SECONDS = 60.0
"""The names and numbers of a point may occur this near to the lines it cites: people state tasks and decisions in
several sentences, and models cite the one that sums up."""
DUE_LINES = 2
"""A due date may occur this many lines before or after: "When?" "On Friday." Further away are those of other tasks."""
MAX_CITED = 8
"""A point that cites everything is not supported: only the first lines count."""
MIN_QUOTED_WORDS = 3
MIN_CONTENT_WORDS = 3
"""A shorter text cannot be checked for words of the lines it cites."""
MAX_TITLE_CHARACTERS = 120
FIRST_PERSON = frozenset("i me myself ik ich moi yo".split())
PRONOUNS = frozenset(
    """we us you they them he she it all everyone everybody someone somebody anyone anybody nobody anything something
    wij ons jullie zij ze hij iedereen iemand niemand alles wir uns ihr sie er alle jemand niemand nous vous on ils
    elles tous quelquun personne nosotros ustedes ellos todos alguien nadie""".split()
)
"""Words in place of a name, normalized."""
STEM_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of the transcript that the model saw: the short ids it may cite, and what was said there.

    The answer has to share words with it, unless it is in another language (`is_translated`).
    """

    ids: frozenset[str]
    segments: tuple[Segment, ...]
    spoken: SpokenContent
    is_translated: bool = False


class GroundingChecker:
    """Checks the points of answers. `dropped` counts those without support, `cleared` such owners and due dates.

    `by_id` has the segments by short id. `language` is that of the summary: if it is the transcript's, a point has to
    share words with what was said near the lines it cites.
    """

    def __init__(self, transcript: Transcript, by_id: Mapping[str, Segment], language: str) -> None:
        self.transcript = transcript
        self.by_id = by_id
        self.dropped = 0
        self.cleared = 0
        self._following = {before.id: after.id for before, after in pairwise(by_id.values())}
        self._shown = {normalize(displayed_name(one.name)): one.id for one in reversed(transcript.speakers)}
        same = base_code(language) == base_code(transcript.language)
        cues = cues_for(transcript.language) if same else None
        self._stop_words = cues.stop_words if cues else None

    def excerpt(self, ids: Iterable[str], *, is_translated: bool = False) -> Excerpt:
        """The excerpt with the lines of these ids, for an answer in the spoken language or in another one."""
        known = frozenset(ids)
        segments = tuple(self.by_id[one] for one in sorted(known, key=_place))
        return Excerpt(known, segments, SpokenContent.of(segments, self.transcript), is_translated)

    def accept(self, points: Sequence[AnswerPoint], excerpt: Excerpt, *, broad: bool = False) -> list[GroundedPoint]:
        """The points that cite lines the model saw, and are supported there or nearby.

        With `broad`, for summaries, the whole excerpt counts as near.
        """
        return self._keep(points, lambda point: self._check(point, excerpt, broad))

    def accept_quotes(self, points: Sequence[AnswerPoint], excerpt: Excerpt) -> list[GroundedPoint]:
        """The points that occur word for word in the lines they cite, without those of one or two words."""
        worth = [one for one in points if len(normalize(one.text).split()) >= MIN_QUOTED_WORDS]
        return self._keep(worth, lambda point: self._check_quote(point, excerpt))

    def check_title(self, title: str, excerpt: Excerpt) -> str:
        """The title; empty if nothing that was said supports it."""
        short = title if len(title) <= MAX_TITLE_CHARACTERS else title[:MAX_TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"
        return short if self._fits(title, excerpt.spoken, excerpt) else ""

    def _keep(
        self, points: Sequence[AnswerPoint], check: Callable[[AnswerPoint], GroundedPoint | None]
    ) -> list[GroundedPoint]:
        found: dict[str, GroundedPoint] = {}
        for point in points:
            if says_nothing(point.text):
                continue
            grounded = check(point)
            if grounded is None:
                self.dropped += 1
            else:
                found.setdefault(normalize(grounded.text), grounded)
        return list(found.values())

    def _check(self, point: AnswerPoint, excerpt: Excerpt, broad: bool) -> GroundedPoint | None:
        ids = self._cited(point, excerpt)
        segments = tuple(self.by_id[one] for one in ids)
        near = [] if broad else _nearby(segments, excerpt)
        title = point.title if isinstance(point, AnswerTopic) else ""
        spoken = excerpt.spoken if broad else SpokenContent.of(near, self.transcript)
        if not ids or not normalize(point.text) or not self._fits(f"{title} {point.text}", spoken, excerpt):
            return None
        owner = due = None
        if isinstance(point, AnswerTask):
            owner = self._owner(point.owner, segments, near)
            due = point.due and (find_ending(point.due, segments) or find_ending(point.due, _beside(segments, excerpt)))
            self.cleared += (point.owner is not None and owner is None) + (point.due is not None and due is None)
        return GroundedPoint(point.text, tuple(ids), segments, title, owner, due)

    def _check_quote(self, point: AnswerPoint, excerpt: Excerpt) -> GroundedPoint | None:
        ids = {self.by_id[one].id: one for one in self._cited(point, excerpt)}
        segments = find_quote(point.text, [self.by_id[one] for one in ids.values()], self._following)
        return GroundedPoint(point.text, tuple(ids[one.id] for one in segments), segments) if segments else None

    def _cited(self, point: AnswerPoint, excerpt: Excerpt) -> list[str]:
        return sorted(set(point.segments) & excerpt.ids, key=_place)[:MAX_CITED]

    def _fits(self, text: str, spoken: SpokenContent, excerpt: Excerpt) -> bool:
        """Whether the text shares words with what was said, and has no number that was not said."""
        is_about = excerpt.is_translated or self._shares_words(text, spoken)
        return is_about and not spoken.find_unsaid_numbers(text)

    def _shares_words(self, text: str, spoken: SpokenContent) -> bool:
        if self._stop_words is None:
            return True
        wanted = self._stems(normalize(text).split())
        return len(wanted) < MIN_CONTENT_WORDS or not wanted.isdisjoint(self._stems(spoken.words))

    def _stems(self, words: Iterable[str]) -> set[str]:
        """The stems of the content words."""
        return {one[:STEM_LETTERS] for one in words if len(one) > 3 and one not in (self._stop_words or ())}

    def _owner(self, owner: str | None, segments: Sequence[Segment], near: Sequence[Segment]) -> str | None:
        """The id of the speaker who is meant, else the name if it was said nearby, else None."""
        name = normalize(owner or "")
        if not owner or not name or name == normalize(UNKNOWN_SPEAKER) or name in PRONOUNS:
            return None
        if name in FIRST_PERSON:
            speakers = {one.speaker for one in segments}
            return speakers.pop() if len(speakers) == 1 else None
        known = self._shown.get(name) or find_speaker(owner, self.transcript) or self._called(name)
        return known or (owner if is_said(owner, near) else None)

    def _called(self, name: str) -> str | None:
        """The only speaker whose name contains this one, such as a first name."""
        found = [id_ for shown, id_ in self._shown.items() if f" {name} " in f" {shown} "]
        return found[0] if len(found) == 1 and not re.fullmatch(r"[\d ]+", name) else None


def _nearby(cited: Sequence[Segment], excerpt: Excerpt) -> list[Segment]:
    """The segments of the excerpt within a minute of the cited ones, in order of time."""
    spans = [(one.start - NEARBY_SECONDS, one.end + NEARBY_SECONDS) for one in cited]
    return [one for one in excerpt.segments if any(one.end >= start and one.start <= end for start, end in spans)]


def _beside(cited: Sequence[Segment], excerpt: Excerpt) -> list[Segment]:
    """The cited segments and DUE_LINES before and after each, in order of time."""
    places = {at for at, one in enumerate(excerpt.segments) if one in cited}
    near = (any(abs(at - place) <= DUE_LINES for place in places) for at in range(len(excerpt.segments)))
    return [one for one, is_near in zip(excerpt.segments, near, strict=True) if is_near]


def _place(short_id: str) -> int:
    """Short ids are numbered in order of time."""
    return int(short_id[1:])
