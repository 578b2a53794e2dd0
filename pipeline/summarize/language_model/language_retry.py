"""Questions whose answers have to be in one language: one in another is asked for again, once and more sternly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from pipeline.summarize.language_model.language_check import is_foreign
from pipeline.summarize.language_model.model_call import ModelCaller, PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.prompts import wrap_lines
from pipeline.summarize.language_model.response_schema import OutlineAnswer, prose_of

M = TypeVar("M", bound=OutlineAnswer)


class LanguageRetryingCaller:
    """Asks one model for answers in one language. `is_foreign` is whether the last one stayed in another, `foreign`
    how many of those that were taken did.

    The sterner words come after the transcript, so that the model need not read that again; once they were needed,
    they are used from the start.
    """

    def __init__(self, asker: ModelCaller, language: str) -> None:
        self.asker = asker
        self.language = language
        self.insists = False
        self.foreign = 0
        self.is_foreign = False

    def ask(self, kind: type[M], system: str, lines: Sequence[str], mark: str, on_tick: Callable[[int], None]) -> M:
        """The answer to lines between marks. Raises as `Asker.ask` does."""
        answer = self._ask(kind, system, lines, mark, on_tick)
        if self.is_foreign and not self.insists:
            self.insists = True
            with suppress(UnusableAnswer, PromptTooLong):
                answer = self._ask(kind, system, lines, mark, on_tick)
        return answer

    def count_taken(self) -> None:
        """Count the last answer, which is of use."""
        self.foreign += self.is_foreign

    def _ask(self, kind: type[M], system: str, lines: Sequence[str], mark: str, on_tick: Callable[[int], None]) -> M:
        told = wrap_lines(lines, mark, self.language, insist=self.insists)
        answer = self.asker.ask(kind, system, told, on_tick)
        self.is_foreign = is_foreign(prose_of(answer), self.language)
        return answer
