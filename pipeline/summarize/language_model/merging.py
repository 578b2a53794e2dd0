"""One title, overview and list of topics for parts that were read one by one, in as many rounds as the window needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.summarize.language_model.extracted_points import MAX_OVERVIEW, ExtractedPoints, combine, sample_evenly
from pipeline.summarize.language_model.grounding import Excerpt, GroundingChecker
from pipeline.summarize.language_model.language_retry import LanguageRetryingCaller
from pipeline.summarize.language_model.model_call import PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.prompts import as_data
from pipeline.summarize.language_model.response_schema import OutlineAnswer


class OutlineMerger:
    """Merges the outlines of neighbouring parts. `budget` is how many tokens of notes fit one prompt now."""

    def __init__(
        self,
        asker: LanguageRetryingCaller,
        system: str,
        evidence: GroundingChecker,
        budget: Callable[[], int],
        on_tick: Callable[[int], None],
    ) -> None:
        self.asker = asker
        self.system = system
        self.evidence = evidence
        self.budget = budget
        self.on_tick = on_tick

    def merge(self, parts: Sequence[ExtractedPoints]) -> ExtractedPoints:
        """All parts as one: the lists are joined by code, so that no point is lost; the model writes the outline."""
        whole = self._gather(parts)
        return whole.outlined(self._outline(parts)) if len(parts) > 1 else whole

    def _outline(self, parts: Sequence[ExtractedPoints]) -> ExtractedPoints:
        while len(parts) > 1:
            groups = self._groups(parts)
            if len(groups) == len(parts):
                return self._gather(parts)
            parts = [self._outline_group(group) for group in groups]
        return parts[0]

    def _groups(self, parts: Sequence[ExtractedPoints]) -> list[list[ExtractedPoints]]:
        """Neighbouring parts whose notes fit one prompt together."""
        budget, count = self.budget(), self.asker.asker.counter.count
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
        """The outline of some parts; asked in halves where that fails, and put together by code where they fail too."""
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
        answer = self.asker.ask(OutlineAnswer, self.system, notes, "notes", self.on_tick)
        cited = frozenset(id_ for part in group for one in (*part.overview, *part.topics) for id_ in one.ids)
        whole = self._gather(group)
        stretch, dropped = Excerpt(cited, (), whole.spoken, self.asker.is_foreign), self.evidence.dropped
        overview = self.evidence.accept(answer.overview, stretch, broad=True)
        topics = self.evidence.accept(answer.topics, stretch, broad=True)
        # what a merged outline lacks its parts still have
        self.evidence.dropped = dropped
        if not overview:
            raise UnusableAnswer("nothing in the outline is proved by the notes")
        self.asker.count_taken()
        title = self.evidence.check_title(answer.title, stretch)
        outline = ExtractedPoints(title or whole.title, sample_evenly(overview, MAX_OVERVIEW), topics)
        return self._with_forgotten(replace(outline, read=whole.read, spoken=whole.spoken), group)

    def _with_forgotten(self, outline: ExtractedPoints, group: list[ExtractedPoints]) -> ExtractedPoints:
        """The outline with the topics of those parts that it does not cite at all."""
        cited = {id_ for one in (*outline.overview, *outline.topics) for id_ in one.ids}
        forgotten = [one for part in group if part.read.isdisjoint(cited) for one in part.topics or part.overview[:1]]
        if not forgotten:
            return outline
        return replace(outline, topics=sorted([*outline.topics, *forgotten], key=lambda one: one.start))

    def _gather(self, parts: Sequence[ExtractedPoints]) -> ExtractedPoints:
        return combine(parts, self.asker.language)


def _notes(part: ExtractedPoints) -> list[str]:
    lines = [f"[{','.join(one.ids)}] {as_data(one.text)}" for one in part.overview]
    return lines + [f"[{','.join(one.ids)}] Topic: {as_data(one.title)}. {as_data(one.text)}" for one in part.topics]
