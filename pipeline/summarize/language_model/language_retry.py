"""Retries, once, a call whose answer is in the wrong language, with a stricter reminder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from pipeline.summarize.language_model.language_check import is_foreign
from pipeline.summarize.language_model.model_call import ModelCaller, PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.prompts import wrap_lines
from pipeline.summarize.language_model.response_schema import OutlineAnswer, StretchAnswer, prose_of

M = TypeVar("M", StretchAnswer, OutlineAnswer)


class LanguageRetryingCaller:
    """Calls one model for answers in one language.

    `is_foreign`: the last answer is in another language even so. `foreign`: the number of such answers that were used.
    The stricter reminder comes after the transcript, which the model then still has in its cache. Once it was needed,
    all later calls use it.
    """

    def __init__(self, model: ModelCaller, language: str) -> None:
        self.model = model
        self.language = language
        self.is_strict = False
        self.foreign = 0
        self.is_foreign = False

    def ask(
        self,
        kind: type[M],
        schema: dict[str, Any],
        system: str,
        lines: Sequence[str],
        mark: str,
        on_tick: Callable[[int], None],
    ) -> M:
        """The answer to the lines, sent inside the tag `mark`. Raises what `ModelCaller.ask` raises."""

        def ask_once() -> M:
            prompt = wrap_lines(lines, mark, self.language, strict=self.is_strict)
            answer = self.model.ask(kind, schema, system, prompt, on_tick)
            self.is_foreign = is_foreign(prose_of(answer), self.language)
            return answer

        answer = ask_once()
        if self.is_foreign and not self.is_strict:
            self.is_strict = True
            with suppress(UnusableAnswer, PromptTooLong):
                answer = ask_once()
        return answer

    def count_taken(self) -> None:
        """Count the last answer as used."""
        self.foreign += self.is_foreign
