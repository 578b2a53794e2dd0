"""Merges parts that were read separately into one title, overview and list of topics, in as many rounds as needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.summarize.language_model.extracted_points import MAX_OVERVIEW, ExtractedPoints, combine, sample_evenly
from pipeline.summarize.language_model.grounding import Excerpt, GroundingChecker
from pipeline.summarize.language_model.language_retry import LanguageRetryingCaller
from pipeline.summarize.language_model.model_call import PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.normalization import as_data
from pipeline.summarize.language_model.response_schema import OutlineAnswer


class OutlineMerger:
    """Merges the outlines of adjacent parts. `budget` returns how many tokens of notes fit into one prompt."""

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
        """Merge all parts. Code joins the lists, so that no point is lost; the model writes the outline."""
        whole = self._gather(parts)
        return whole.with_outline(self._outline(parts)) if len(parts) > 1 else whole

    def _outline(self, parts: Sequence[ExtractedPoints]) -> ExtractedPoints:
        while len(parts) > 1:
            groups = self._groups(parts)
            if len(groups) == len(parts):
                return self._gather(parts)
            parts = [self._outline_group(group) for group in groups]
        return parts[0]

    def _groups(self, parts: Sequence[ExtractedPoints]) -> list[list[ExtractedPoints]]:
        """Adjacent parts whose notes fit into one prompt."""
        budget, count = self.budget(), self.caller.model.counter.count
        groups: list[list[ExtractedPoints]] = []
        filled = 0
        for part in parts:
            size = sum(count(line) + 1 for line in _notes(part))
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
            return self._gather([self._outline_group(half) for half in halves] if len(group) > 2 else group)

    def _ask(self, group: list[ExtractedPoints]) -> ExtractedPoints:
        notes = [line for part in group for line in _notes(part)]
        answer = self.caller.ask(OutlineAnswer, self.system, notes, "notes", self.on_tick)
        cited = frozenset(id_ for part in group for one in (*part.overview, *part.topics) for id_ in one.ids)
        whole = self._gather(group)
        excerpt, dropped = Excerpt(cited, (), whole.spoken, self.caller.is_foreign), self.checker.dropped
        overview = self.checker.accept(answer.overview, excerpt, broad=True)
        topics = self.checker.accept(answer.topics, excerpt, broad=True)
        # points dropped here are still in the parts, so they do not count
        self.checker.dropped = dropped
        if not overview:
            raise UnusableAnswer("no point of the outline is supported by the notes")
        self.caller.count_taken()
        title = self.checker.check_title(answer.title, excerpt)
        outline = ExtractedPoints(title or whole.title, sample_evenly(overview, MAX_OVERVIEW), topics)
        return self._with_uncited(replace(outline, read=whole.read, spoken=whole.spoken), group)

    def _with_uncited(self, outline: ExtractedPoints, group: list[ExtractedPoints]) -> ExtractedPoints:
        """Add the topics of the parts that the outline does not cite at all."""
        cited = {id_ for one in (*outline.overview, *outline.topics) for id_ in one.ids}
        uncited = [one for part in group if part.read.isdisjoint(cited) for one in part.topics or part.overview[:1]]
        if not uncited:
            return outline
        return replace(outline, topics=sorted([*outline.topics, *uncited], key=lambda one: one.start))

    def _gather(self, parts: Sequence[ExtractedPoints]) -> ExtractedPoints:
        return combine(parts, self.caller.language)


def _notes(part: ExtractedPoints) -> list[str]:
    lines = [f"[{','.join(one.ids)}] {as_data(one.text)}" for one in part.overview]
    return lines + [f"[{','.join(one.ids)}] Topic: {as_data(one.title)}. {as_data(one.text)}" for one in part.topics]
