"""What the language model answered, held against the transcript: what has no proof there is left out and counted."""

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
"""A name or a number that a point tells may also stand so near to the lines it cites: tasks and decisions are told in
several sentences, and models cite the one that sums up."""
DUE_LINES = 2
"""A due date may stand in so many lines before and after: "When?" "On Friday." Farther off are those of other tasks."""
MAX_CITED = 8
"""Who cites everything proves nothing: of more lines the first ones count."""
MIN_QUOTED_WORDS = 3
MIN_CONTENT_WORDS = 3
"""A text with fewer is too short to tell whether it is about the lines it cites."""
MAX_TITLE_CHARACTERS = 120
FIRST_PERSON = frozenset("i me myself ik ich moi yo".split())
PRONOUNS = frozenset(
    """we us you they them he she it all everyone everybody someone somebody anyone anybody nobody anything something
    wij ons jullie zij ze hij iedereen iemand niemand alles wir uns ihr sie er alle jemand niemand nous vous on ils
    elles tous quelquun personne nosotros ustedes ellos todos alguien nadie""".split()
)
"""Words that stand where a name could, in normal form."""
STEM_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What the model was shown: the short ids it may cite, and all that was said there.

    Its answer is held to the words that were said, unless it is in another language (`is_translated`).
    """

    ids: frozenset[str]
    segments: tuple[Segment, ...]
    spoken: SpokenContent
    is_translated: bool = False


class GroundingChecker:
    """The segments by short id. `dropped` counts claims without proof, `cleared` owners and due dates without one.

    `language` is that of the summary: where it is the transcript's, a point has to share words with what was said near
    the lines it cites.
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

    def stretch(self, ids: Iterable[str], *, is_translated: bool = False) -> Excerpt:
        """The stretch of these ids, for an answer in the language spoken or in another one."""
        known = frozenset(ids)
        segments = tuple(self.by_id[one] for one in sorted(known, key=_place))
        return Excerpt(known, segments, SpokenContent.of(segments, self.transcript), is_translated)

    def accept(self, claims: Sequence[AnswerPoint], stretch: Excerpt, *, broad: bool = False) -> list[GroundedPoint]:
        """The claims that cite lines the model saw, and tell nothing that was not said there or nearby.

        With `broad`, for what sums up, the whole stretch counts as near.
        """
        return self._keep(claims, lambda claim: self._check(claim, stretch, broad))

    def accept_quotes(self, claims: Sequence[AnswerPoint], stretch: Excerpt) -> list[GroundedPoint]:
        """The claims that stand in the lines they cite word for word; a word or two are no quote."""
        worth = [one for one in claims if len(normalize(one.text).split()) >= MIN_QUOTED_WORDS]
        return self._keep(worth, lambda claim: self._check_quote(claim, stretch))

    def check_title(self, title: str, stretch: Excerpt) -> str:
        """The title, empty where it is about nothing that was said."""
        short = title if len(title) <= MAX_TITLE_CHARACTERS else title[:MAX_TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"
        return short if self._fits(title, stretch.spoken, stretch) else ""

    def _keep(
        self, claims: Sequence[AnswerPoint], check: Callable[[AnswerPoint], GroundedPoint | None]
    ) -> list[GroundedPoint]:
        found: dict[str, GroundedPoint] = {}
        for claim in claims:
            if says_nothing(claim.text):
                continue
            finding = check(claim)
            if finding is None:
                self.dropped += 1
            else:
                found.setdefault(normalize(finding.text), finding)
        return list(found.values())

    def _check(self, claim: AnswerPoint, stretch: Excerpt, broad: bool) -> GroundedPoint | None:
        ids = self._cited(claim, stretch)
        segments = tuple(self.by_id[one] for one in ids)
        near = [] if broad else _nearby(segments, stretch)
        title = claim.title if isinstance(claim, AnswerTopic) else ""
        spoken = stretch.spoken if broad else SpokenContent.of(near, self.transcript)
        if not ids or not normalize(claim.text) or not self._fits(f"{title} {claim.text}", spoken, stretch):
            return None
        owner = due = None
        if isinstance(claim, AnswerTask):
            owner = self._owner(claim.owner, segments, near)
            due = claim.due and (find_ending(claim.due, segments) or find_ending(claim.due, _beside(segments, stretch)))
            self.cleared += (claim.owner is not None and owner is None) + (claim.due is not None and due is None)
        return GroundedPoint(claim.text, tuple(ids), segments, title, owner, due)

    def _check_quote(self, claim: AnswerPoint, stretch: Excerpt) -> GroundedPoint | None:
        ids = {self.by_id[one].id: one for one in self._cited(claim, stretch)}
        segments = find_quote(claim.text, [self.by_id[one] for one in ids.values()], self._following)
        return GroundedPoint(claim.text, tuple(ids[one.id] for one in segments), segments) if segments else None

    def _cited(self, claim: AnswerPoint, stretch: Excerpt) -> list[str]:
        return sorted(set(claim.segments) & stretch.ids, key=_place)[:MAX_CITED]

    def _fits(self, text: str, spoken: SpokenContent, stretch: Excerpt) -> bool:
        """Whether the text is about what was said, and tells no number that was not."""
        is_about = stretch.is_translated or self._shares_words(text, spoken)
        return is_about and not spoken.find_unsaid_numbers(text)

    def _shares_words(self, text: str, spoken: SpokenContent) -> bool:
        if self._stop_words is None:
            return True
        wanted = self._stems(normalize(text).split())
        return len(wanted) < MIN_CONTENT_WORDS or not wanted.isdisjoint(self._stems(spoken.words))

    def _stems(self, words: Iterable[str]) -> set[str]:
        """The beginnings of the words that carry meaning."""
        return {one[:STEM_LETTERS] for one in words if len(one) > 3 and one not in (self._stop_words or ())}

    def _owner(self, owner: str | None, segments: Sequence[Segment], near: Sequence[Segment]) -> str | None:
        """The id of the speaker who is meant, else the name where it was said near; None where neither is."""
        name = normalize(owner or "")
        if not owner or not name or name == normalize(UNKNOWN_SPEAKER) or name in PRONOUNS:
            return None
        if name in FIRST_PERSON:
            speakers = {one.speaker for one in segments}
            return speakers.pop() if len(speakers) == 1 else None
        known = self._shown.get(name) or find_speaker(owner, self.transcript) or self._called(name)
        return known or (owner if is_said(owner, near) else None)

    def _called(self, name: str) -> str | None:
        """The one speaker of whose name this is a part, such as the first name."""
        found = [id_ for shown, id_ in self._shown.items() if f" {name} " in f" {shown} "]
        return found[0] if len(found) == 1 and not re.fullmatch(r"[\d ]+", name) else None


def _nearby(cited: Sequence[Segment], stretch: Excerpt) -> list[Segment]:
    """The segments of the stretch that lie within a minute of those cited, in order of time."""
    spans = [(one.start - NEARBY_SECONDS, one.end + NEARBY_SECONDS) for one in cited]
    return [one for one in stretch.segments if any(one.end >= start and one.start <= end for start, end in spans)]


def _beside(cited: Sequence[Segment], stretch: Excerpt) -> list[Segment]:
    """The segments cited, and DUE_LINES before and after each, in order of time."""
    places = {at for at, one in enumerate(stretch.segments) if one in cited}
    near = (any(abs(at - place) <= DUE_LINES for place in places) for at in range(len(stretch.segments)))
    return [one for one, is_near in zip(stretch.segments, near, strict=True) if is_near]


def _place(short_id: str) -> int:
    """Short ids are numbered in order of time."""
    return int(short_id[1:])
