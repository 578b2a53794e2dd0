"""Compares the model's answer with the lines that it cites.

What those lines do not bear is looked for in the rest of the stretch (anchored anew); what no line bears is left out.
Both are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.languages import base_code
from pipeline.recap import Proof, Segment, Transcript
from pipeline.summarize.engine import find_speaker
from pipeline.summarize.language_model.anchoring import choose_lines, find_lines
from pipeline.summarize.language_model.evidence import Evidence
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.normalization import normalize
from pipeline.summarize.language_model.response_schema import AnswerPoint, says_nothing
from pipeline.summarize.language_model.text_matching import find_ending, is_said
from pipeline.summarize.language_model.transcript_lines import UNKNOWN_SPEAKER, displayed_name

DUE_LINES = 2
"""A due date may occur this many lines before or after: "When?" "On Friday." Further away are those of other tasks."""
MAX_CITED = 8
"""A point that cites everything is not supported: only the first lines count."""
MAX_TITLE_CHARACTERS = 120
FIRST_PERSON = frozenset("i me myself ik ich moi yo".split())
PRONOUNS = frozenset(
    """we us you they them he she it all everyone everybody someone somebody anyone anybody nobody anything something
    wij ons jullie zij ze hij iedereen iemand niemand alles wir uns ihr sie er alle jemand niemand nous vous on ils
    elles tous quelquun personne nosotros ustedes ellos todos alguien nadie""".split()
)
"""Words in place of a name, normalized."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What the model saw: the segments by the short ids that it may cite, in order of time.

    `is_translated`: the answer is in another language than these.
    """

    by_id: Mapping[str, Segment]
    is_translated: bool = False

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Each segment once; a long one is several lines."""
        return tuple({one.id: one for one in self.by_id.values()}.values())

    def cited(self, ids: Iterable[str]) -> tuple[Segment, ...]:
        """The first segments of these ids, in order of time, without those that the model did not see."""
        known = set(ids) & set(self.by_id)
        found = {one.id: one for short, one in self.by_id.items() if short in known}
        return tuple(found.values())[:MAX_CITED]


class GroundingChecker:
    """Checks the points of answers.

    `dropped` counts those without support, `anchored` those that other lines bear than the model cited, `cleared`
    owners and due dates that nobody said. `by_id` has the segments by short id. `language` is that of the summary.
    """

    def __init__(self, transcript: Transcript, by_id: Mapping[str, Segment], language: str) -> None:
        self.transcript = transcript
        self.by_id = by_id
        self.dropped = 0
        self.anchored = 0
        self.cleared = 0
        self.is_translated = base_code(language) != base_code(transcript.language)
        self._evidence = {each: Evidence(transcript, is_translated=each) for each in (False, True)}
        self._shown = {normalize(displayed_name(one.name)): one.id for one in reversed(transcript.speakers)}

    @property
    def counts(self) -> tuple[int, int, int]:
        """What was dropped, anchored and cleared so far."""
        return self.dropped, self.anchored, self.cleared

    @counts.setter
    def counts(self, before: tuple[int, int, int]) -> None:
        self.dropped, self.anchored, self.cleared = before

    def excerpt(self, ids: Iterable[str], *, is_translated: bool = False) -> Excerpt:
        """The excerpt with the lines of these ids, for an answer in the spoken language or in another one."""
        known = frozenset(ids)
        by_id = {short: self.by_id[short] for short in sorted(known, key=lambda one: int(one[1:]))}
        return Excerpt(by_id, self.is_translated or is_translated)

    def evidence(self, excerpt: Excerpt) -> Evidence:
        """What compares an answer with this excerpt."""
        return self._evidence[excerpt.is_translated]

    def accept(self, points: Sequence[AnswerPoint], excerpt: Excerpt) -> list[GroundedPoint]:
        """The points that lines bear, each text once; owners and due dates stay where they were said."""
        found: dict[str, GroundedPoint] = {}
        for point in points:
            if says_nothing(point.text):
                continue
            grounded = self._ground(point, excerpt)
            if grounded is None:
                self.dropped += 1
            else:
                found.setdefault(normalize(grounded.text), grounded)
        return list(found.values())

    def check_title(self, title: str, excerpt: Excerpt) -> str:
        """The title; empty if nothing that was said bears it."""
        short = title if len(title) <= MAX_TITLE_CHARACTERS else title[:MAX_TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"
        return short if self.evidence(excerpt).is_about(title, excerpt.segments) else ""

    def _ground(self, point: AnswerPoint, excerpt: Excerpt) -> GroundedPoint | None:
        text, segments, proof = self._find_lines(point, excerpt)
        if not segments:
            return None
        self.anchored += proof == "anchored"
        owner = due = None
        if point.kind == "task":
            owner, due = self._owner(point.who, segments), self._due(point.when, segments, excerpt)
            self.cleared += (point.who is not None and owner is None) + (point.when is not None and due is None)
        proof = "quote" if is_said(text, segments) else proof
        return GroundedPoint(text, segments, proof, owner=owner, due=due, owner_by="model", due_by="model")

    def _find_lines(self, point: AnswerPoint, excerpt: Excerpt) -> tuple[str, tuple[Segment, ...], Proof]:
        """The text and the lines that bear it, which may be none."""
        evidence, text = self.evidence(excerpt), self._without_speaker(point.text)
        cited = excerpt.cited(point.lines)
        if evidence.bears(text, cited):
            return text, choose_lines(text, cited, evidence) or cited, "lines"
        found = find_lines(text, excerpt.segments, evidence)
        if not found and (corrected := self._with_who_said_it(text, excerpt)):
            text, found = corrected, find_lines(corrected, excerpt.segments, evidence)
        return text, found, "anchored"

    def _without_speaker(self, text: str) -> str:
        """The text without the name before a colon, by which a small model copies a line."""
        name, _, rest = text.partition(": ")
        return rest if rest and normalize(name) in self._shown else text

    def _with_who_said_it(self, text: str, excerpt: Excerpt) -> str | None:
        """A text that begins with the name of the wrong speaker, with that of the right one; None for any other."""
        evidence = self.evidence(excerpt)
        named, subject = evidence.named(text), evidence.subject_of(text)
        name = displayed_name(self.transcript.name_of(subject)) if subject else ""
        if len(named) != 1 or not text.startswith(name):
            return None
        rest = text.removeprefix(name)
        lines = find_lines(rest, excerpt.segments, evidence)
        speakers = {one.speaker for one in evidence.likest(rest, lines)} if lines else set()
        speaker = self.transcript.name_of(speakers.pop()) if len(speakers) == 1 else None
        return f"{displayed_name(speaker)}{rest}" if speaker else None

    def _due(self, due: str | None, segments: Sequence[Segment], excerpt: Excerpt) -> str | None:
        return due and (find_ending(due, segments) or find_ending(due, _beside(segments, excerpt)))

    def _owner(self, owner: str | None, segments: Sequence[Segment]) -> str | None:
        """The speaker who is meant (by id) or the name, if they speak or are mentioned in the lines; else None."""
        name = normalize(owner or "")
        if not owner or not name or name == normalize(UNKNOWN_SPEAKER) or name in PRONOUNS:
            return None
        speakers = {one.speaker for one in segments}
        if name in FIRST_PERSON:
            return speakers.pop() if len(speakers) == 1 else None
        known = self._shown.get(name) or find_speaker(owner, self.transcript) or self._called(name)
        if known in speakers or is_said(owner, segments):
            return known or owner
        return known if known and any(is_said(part, segments) for part in owner.split()) else None

    def _called(self, name: str) -> str | None:
        """The only speaker whose name contains this one, such as a first name."""
        found = [id_ for shown, id_ in self._shown.items() if f" {name} " in f" {shown} "]
        return found[0] if len(found) == 1 and not re.fullmatch(r"[\d ]+", name) else None


def _beside(cited: Sequence[Segment], excerpt: Excerpt) -> list[Segment]:
    """The cited segments and DUE_LINES before and after each, in order of time."""
    places = {at for at, one in enumerate(excerpt.segments) if one in cited}
    near = (any(abs(at - place) <= DUE_LINES for place in places) for at in range(len(excerpt.segments)))
    return [one for one, is_near in zip(excerpt.segments, near, strict=True) if is_near]
