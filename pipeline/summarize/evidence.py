"""What the language model answered, held against the transcript: what has no proof there is left out and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.recap import Segment, Transcript
from pipeline.summarize.answers import Claim, TaskClaim, TopicClaim, says_nothing
from pipeline.summarize.cues import cues_for
from pipeline.summarize.engine import find_speaker
from pipeline.summarize.language import base_code
from pipeline.summarize.pieces import UNKNOWN, name_shown
from pipeline.summarize.points import Finding
from pipeline.summarize.said import Spoken, find_ending, find_quote, is_said, normalized

NEARBY_SECONDS = 60.0
"""A name or a number that a point tells may also stand so near to the lines it cites: tasks and decisions are told in
several sentences, and models cite the one that sums up."""
DUE_LINES = 2
"""A due date may stand in so many lines before and after: "When?" "On Friday." Farther off are those of other tasks."""
MOST_CITED = 8
"""Who cites everything proves nothing: of more lines the first ones count."""
LEAST_QUOTED_WORDS = 3
LEAST_CONTENT_WORDS = 3
"""A text with fewer is too short to tell whether it is about the lines it cites."""
TITLE_CHARACTERS = 120
FIRST_PERSON = frozenset(["i", "me", "myself", "ik", "ich", "moi", "yo"])
NOBODY = frozenset(
    [
        "we",
        "us",
        "you",
        "they",
        "them",
        "he",
        "she",
        "it",
        "all",
        "everyone",
        "everybody",
        "someone",
        "somebody",
        "anyone",
        "anybody",
        "nobody",
        "anything",
        "something",
        "wij",
        "ons",
        "jullie",
        "zij",
        "ze",
        "hij",
        "iedereen",
        "iemand",
        "niemand",
        "alles",
        "wir",
        "uns",
        "ihr",
        "sie",
        "er",
        "alle",
        "jemand",
        "niemand",
        "nous",
        "vous",
        "on",
        "ils",
        "elles",
        "tous",
        "quelquun",
        "personne",
        "nosotros",
        "ustedes",
        "ellos",
        "todos",
        "alguien",
        "nadie",
    ]
)
"""Words that stand where a name could, in normal form."""
STEM_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the model was shown: the short ids it may cite, and all that was said there.

    Its answer is held to the words that were said, unless it is in another language (`is_translated`).
    """

    ids: frozenset[str]
    segments: tuple[Segment, ...]
    spoken: Spoken
    is_translated: bool = False


class Evidence:
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
        self._shown = {normalized(name_shown(one.name)): one.id for one in reversed(transcript.speakers)}
        same = base_code(language) == base_code(transcript.language)
        cues = cues_for(transcript.language) if same else None
        self._stop_words = cues.stop_words if cues else None

    def stretch(self, ids: Iterable[str], *, is_translated: bool = False) -> Stretch:
        """The stretch of these ids, for an answer in the language spoken or in another one."""
        known = frozenset(ids)
        segments = tuple(self.by_id[one] for one in sorted(known, key=_place))
        return Stretch(known, segments, Spoken.of(segments, self.transcript), is_translated)

    def accept(self, claims: Sequence[Claim], stretch: Stretch, *, broad: bool = False) -> list[Finding]:
        """The claims that cite lines the model saw, and tell nothing that was not said there or nearby.

        With `broad`, for what sums up, the whole stretch counts as near.
        """
        return self._keep(claims, lambda claim: self._check(claim, stretch, broad))

    def accept_quotes(self, claims: Sequence[Claim], stretch: Stretch) -> list[Finding]:
        """The claims that stand in the lines they cite word for word; a word or two are no quote."""
        worth = [one for one in claims if len(normalized(one.text).split()) >= LEAST_QUOTED_WORDS]
        return self._keep(worth, lambda claim: self._check_quote(claim, stretch))

    def check_title(self, title: str, stretch: Stretch) -> str:
        """The title, empty where it is about nothing that was said."""
        short = title if len(title) <= TITLE_CHARACTERS else title[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"
        return short if self._fits(title, stretch.spoken, stretch) else ""

    def _keep(self, claims: Sequence[Claim], check: Callable[[Claim], Finding | None]) -> list[Finding]:
        found: dict[str, Finding] = {}
        for claim in claims:
            if says_nothing(claim.text):
                continue
            finding = check(claim)
            if finding is None:
                self.dropped += 1
            else:
                found.setdefault(normalized(finding.text), finding)
        return list(found.values())

    def _check(self, claim: Claim, stretch: Stretch, broad: bool) -> Finding | None:
        ids = self._cited(claim, stretch)
        segments = tuple(self.by_id[one] for one in ids)
        near = [] if broad else _nearby(segments, stretch)
        title = claim.title if isinstance(claim, TopicClaim) else ""
        spoken = stretch.spoken if broad else Spoken.of(near, self.transcript)
        if not ids or not normalized(claim.text) or not self._fits(f"{title} {claim.text}", spoken, stretch):
            return None
        owner = due = None
        if isinstance(claim, TaskClaim):
            owner = self._owner(claim.owner, segments, near)
            due = claim.due and (find_ending(claim.due, segments) or find_ending(claim.due, _beside(segments, stretch)))
            self.cleared += (claim.owner is not None and owner is None) + (claim.due is not None and due is None)
        return Finding(claim.text, tuple(ids), segments, title, owner, due)

    def _check_quote(self, claim: Claim, stretch: Stretch) -> Finding | None:
        ids = {self.by_id[one].id: one for one in self._cited(claim, stretch)}
        segments = find_quote(claim.text, [self.by_id[one] for one in ids.values()], self._following)
        return Finding(claim.text, tuple(ids[one.id] for one in segments), segments) if segments else None

    def _cited(self, claim: Claim, stretch: Stretch) -> list[str]:
        return sorted(set(claim.segments) & stretch.ids, key=_place)[:MOST_CITED]

    def _fits(self, text: str, spoken: Spoken, stretch: Stretch) -> bool:
        """Whether the text is about what was said, and tells no number that was not."""
        is_about = stretch.is_translated or self._shares_words(text, spoken)
        return is_about and not spoken.find_unsaid_numbers(text)

    def _shares_words(self, text: str, spoken: Spoken) -> bool:
        if self._stop_words is None:
            return True
        wanted = self._stems(normalized(text).split())
        return len(wanted) < LEAST_CONTENT_WORDS or not wanted.isdisjoint(self._stems(spoken.words))

    def _stems(self, words: Iterable[str]) -> set[str]:
        """The beginnings of the words that carry meaning."""
        return {one[:STEM_LETTERS] for one in words if len(one) > 3 and one not in (self._stop_words or ())}

    def _owner(self, owner: str | None, segments: Sequence[Segment], near: Sequence[Segment]) -> str | None:
        """The id of the speaker who is meant, else the name where it was said near; None where neither is."""
        name = normalized(owner or "")
        if not owner or not name or name == normalized(UNKNOWN) or name in NOBODY:
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


def _nearby(cited: Sequence[Segment], stretch: Stretch) -> list[Segment]:
    """The segments of the stretch that lie within a minute of those cited, in order of time."""
    spans = [(one.start - NEARBY_SECONDS, one.end + NEARBY_SECONDS) for one in cited]
    return [one for one in stretch.segments if any(one.end >= start and one.start <= end for start, end in spans)]


def _beside(cited: Sequence[Segment], stretch: Stretch) -> list[Segment]:
    """The segments cited, and DUE_LINES before and after each, in order of time."""
    places = {at for at, one in enumerate(stretch.segments) if one in cited}
    near = (any(abs(at - place) <= DUE_LINES for place in places) for at in range(len(stretch.segments)))
    return [one for one, is_near in zip(stretch.segments, near, strict=True) if is_near]


def _place(short_id: str) -> int:
    """Short ids are numbered in order of time."""
    return int(short_id[1:])
