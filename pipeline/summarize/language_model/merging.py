"""Sums up parts that were read separately in one title and overview, in as many rounds as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.recap import Proof, Segment
from pipeline.summarize.language_model.anchoring import choose_lines
from pipeline.summarize.language_model.extracted_points import (
    MAX_OVERVIEW,
    ExtractedPoints,
    combine,
    sample_evenly,
)
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.grounding import Excerpt, GroundingChecker
from pipeline.summarize.language_model.language_retry import LanguageRetryingCaller
from pipeline.summarize.language_model.model_call import PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.normalization import as_data, normalize
from pipeline.summarize.language_model.response_schema import AnswerPoint, OutlineAnswer, outline_schema, says_nothing

MAX_EVIDENCE = 8
"""Lines that a sentence of the overview cites."""


@dataclass(frozen=True, slots=True)
class _Note:
    """A point as a line of the prompt."""

    id: str
    point: GroundedPoint

    @property
    def prompt_text(self) -> str:
        return f"[{self.id}] {as_data(self.point.text)}"


class OutlineMerger:
    """Writes the overview of adjacent parts. `budget` returns how many tokens of notes fit into one prompt."""

    def __init__(
        self,
        caller: LanguageRetryingCaller,
        system: str,
        checker: GroundingChecker,
        budget: Callable[[], int],
        on_tick: Callable[[int], None],
    ) -> None:
        self.caller = caller
        self.system = system
        self.checker = checker
        self.budget = budget
        self.on_tick = on_tick

    def merge(self, parts: Sequence[ExtractedPoints]) -> ExtractedPoints:
        """Merge all parts. Code joins the lists, so that no point is lost; the model writes title and overview."""
        whole = combine(parts, self.caller.language)
        if len(parts) == 1:
            return whole
        outline = self._outline(parts)
        return replace(whole, title=outline.title or whole.title, overview=outline.overview)

    def _outline(self, parts: Sequence[ExtractedPoints]) -> ExtractedPoints:
        while len(parts) > 1:
            groups = self._groups(parts)
            if len(groups) == len(parts):
                return combine(parts, self.caller.language)
            parts = [self._outline_group(group) for group in groups]
        return parts[0]

    def _groups(self, parts: Sequence[ExtractedPoints]) -> list[list[ExtractedPoints]]:
        """Adjacent parts whose notes fit into one prompt."""
        budget, count = self.budget(), self.caller.model.counter.count
        groups: list[list[ExtractedPoints]] = []
        filled = 0
        for part in parts:
            size = sum(count(line.prompt_text) + 1 for line in _notes([part]))
            if not groups or filled + size > budget:
                groups.append([])
                filled = 0
            groups[-1].append(part)
            filled += size
        return groups

    def _outline_group(self, group: list[ExtractedPoints]) -> ExtractedPoints:
        """The outline of some parts. If the model fails, each half is tried, and code combines what still fails."""
        if len(group) == 1:
            return group[0]
        try:
            return self._ask(group)
        except (UnusableAnswer, PromptTooLong):
            middle = len(group) // 2
            halves = (group[:middle], group[middle:])
            parts = [self._outline_group(half) for half in halves] if len(group) > 2 else group
            return combine(parts, self.caller.language)

    def _ask(self, group: list[ExtractedPoints]) -> ExtractedPoints:
        notes = _notes(group)
        answer = self.caller.ask(
            OutlineAnswer,
            outline_schema([one.id for one in notes], MAX_OVERVIEW),
            self.system,
            [one.prompt_text for one in notes],
            "notes",
            self.on_tick,
        )
        by_id = {one.id: one.point for one in notes}
        excerpt = self.checker.excerpt((), is_translated=self.caller.is_foreign)
        told = [one for one in answer.overview if not says_nothing(one.text)]
        grounded = {normalize(one.text): self._ground(one, by_id, excerpt) for one in told}
        overview = [one for one in grounded.values() if one is not None]
        if not overview:
            raise UnusableAnswer("no sentence of the overview is supported by the notes")
        self.caller.count_taken()
        whole = combine(group, self.caller.language)
        segments = _segments_of(by_id.values())
        title = self.checker.check_title(answer.title, replace(excerpt, by_id={one.id: one for one in segments}))
        return replace(whole, title=title or whole.title, overview=sample_evenly(overview, MAX_OVERVIEW))

    def _ground(self, sentence: AnswerPoint, notes: dict[str, GroundedPoint], excerpt: Excerpt) -> GroundedPoint | None:
        """The sentence with lines of the notes that it cites, else of any notes; None if they do not bear it."""
        evidence = self.checker.evidence(excerpt)
        cited = [notes[one] for one in sentence.lines if one in notes]
        pools: list[tuple[Proof, tuple[Segment, ...]]] = [("lines", _segments_of(cited))]
        if not evidence.is_translated:
            pools.append(("anchored", _segments_of(notes.values())))
        for proof, pool in pools:
            chosen = choose_lines(sentence.text, pool, evidence, MAX_EVIDENCE) or pool[:MAX_EVIDENCE]
            if evidence.bears(sentence.text, chosen):
                self.checker.anchored += proof == "anchored"
                return GroundedPoint(sentence.text, chosen, proof)
        return None


def _notes(parts: Sequence[ExtractedPoints]) -> list[_Note]:
    """The points of the parts as notes, numbered through."""
    points = [one for part in parts for one in part.told]
    return [_Note(f"n{number}", one) for number, one in enumerate(points, 1)]


def _segments_of(points: Iterable[GroundedPoint]) -> tuple[Segment, ...]:
    found = {each.id: each for one in points for each in one.segments}
    return tuple(sorted(found.values(), key=lambda one: one.start))
