"""Questions whose answers have to be in one language: one in another is asked for again, once and more sternly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from pipeline.summarize.answers import MergedAnswer, prose_of
from pipeline.summarize.asking import Asker, TooLong, Unusable
from pipeline.summarize.language import is_foreign
from pipeline.summarize.prompts import wrap

M = TypeVar("M", bound=MergedAnswer)


class InsistentAsker:
    """Asks one model for answers in one language. `foreign` counts those that stayed in another one.

    The sterner words come after the transcript, so that the model need not read that again; once they were needed,
    they are used from the start.
    """

    def __init__(self, asker: Asker, language: str) -> None:
        self.asker = asker
        self.language = language
        self.insists = False
        self.foreign = 0

    def ask(self, kind: type[M], system: str, lines: Sequence[str], mark: str, on_tick: Callable[[int], None]) -> M:
        """The answer to lines between marks. Raises as `Asker.ask` does."""
        answer = self.asker.ask(kind, system, self._told(lines, mark), on_tick)
        if not is_foreign(prose_of(answer), self.language):
            return answer
        if not self.insists:
            self.insists = True
            try:
                again = self.asker.ask(kind, system, self._told(lines, mark), on_tick)
            except (Unusable, TooLong):
                again = answer
            if not is_foreign(prose_of(again), self.language):
                return again
            answer = again
        self.foreign += 1
        return answer

    def _told(self, lines: Sequence[str], mark: str) -> str:
        return wrap(lines, mark, self.language, insist=self.insists)
