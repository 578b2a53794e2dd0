"""One question to the language model, asked until there is a whole, valid answer or none to be had."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.errors import OllamaUnreachable
from pipeline.ollama import backoff
from pipeline.ollama.chat import ChatAnswer, ChatLimits, chat
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.failures import Health, NoHealth, OllamaFailure, OllamaResting, as_failure
from pipeline.summarize.pieces import TokenCounter

log = logging.getLogger(__name__)
A = TypeVar("A", bound=BaseModel)

MOST_BYTES_A_TOKEN = 8.0
"""No tokeniser makes so few tokens: such a count means that Ollama cut the prompt."""
CACHED_TOKENS = 200
"""Below this the count is no proof of a cut: some versions leave out what they had in their cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OllamaSettings:
    """Where the model runs and how it is asked.

    `window` is what the model was trained for, `num_ctx` the window to use, `memory_window` the largest that memory
    allows, all in tokens; None: not known, and for `num_ctx` the smallest that fits. A call that failed is made again
    after at most `retry_seconds`, but not later than `retry_within` seconds after its first try; `health` may forbid
    it. `unload` frees the model's memory at the end.
    """

    host: str
    model: str
    digest: str
    window: int | None = None
    can_think: bool = False
    num_ctx: int | None = None
    memory_window: int | None = None
    keep_alive: str = "5m"
    unload: bool = True
    limits: ChatLimits = field(default_factory=ChatLimits)
    retry_seconds: tuple[float, ...] = backoff.longest_waits(1.0, 3.0, 4)
    retry_within: float = 600.0
    health: Health = field(default_factory=NoHealth, compare=False)


class Unusable(Exception):
    """The answer was cut, or is not what was asked for."""


class TooLong(Exception):
    """The prompt does not fit the window, or was not read whole."""


class Asker:
    """Asks one model with one window: another window between two calls would make Ollama load the model anew."""

    def __init__(self, settings: OllamaSettings, window: int, answer_tokens: int, counter: TokenCounter) -> None:
        self.settings = settings
        self.window = window
        self.answer_tokens = answer_tokens
        self.counter = counter
        self.calls = 0

    def ask(self, kind: type[A], system: str, user: str, on_tick: Callable[[int], None]) -> A:
        """The answer in the form `kind`. Raises Unusable, TooLong, OllamaUnreachable and OllamaModelMissing."""
        answer = self._answer(self._body(kind, system, user), on_tick)
        prompt = system + user
        if answer.prompt_tokens:
            if (
                answer.prompt_tokens > CACHED_TOKENS
                and len(prompt.encode()) > answer.prompt_tokens * MOST_BYTES_A_TOKEN
            ):
                raise TooLong
            self.counter.learn(prompt, answer.prompt_tokens)
        if answer.done_reason == "length":
            raise Unusable("the answer was cut")
        try:
            return kind.model_validate_json(without_thoughts(answer.text))
        except ValidationError as error:
            raise Unusable("the answer does not have the form asked for") from error

    def _was_cut(self, prompt: str, read: int) -> bool:
        """Whether a server that knows no `shift` cut the prompt: to the window, or since 0.30.11 to half of it."""
        half = self.window - self.window // 2 + 2
        cut = read >= self.window - 8 or abs(read - half) <= 8 or len(prompt.encode()) > read * MOST_BYTES_A_TOKEN
        return cut and read > CACHED_TOKENS

    def _body(self, kind: type[A], system: str, user: str) -> dict[str, object]:
        body: dict[str, object] = {
            "model": self.settings.model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "format": kind.model_json_schema(),
            "options": {"num_ctx": self.window, "num_predict": self.answer_tokens, "temperature": 0},
            "keep_alive": self.settings.keep_alive,
            # without this Ollama cuts a prompt that is too long to half a window, and says nothing
            "shift": False,
        }
        return body | ({"think": False} if self.settings.can_think else {})

    def _answer(self, body: dict[str, object], on_tick: Callable[[int], None]) -> ChatAnswer:
        one, began = self.settings, time.monotonic()
        for longest_wait in (*one.retry_seconds, None):
            if one.health.resting_until:
                raise OllamaResting(one.health.resting_until)
            self.calls += 1
            try:
                answer = chat(one.host, body, on_tick, one.limits)
            except (OllamaRefused, OllamaUnreachable) as error:
                failure = self._judge(error)
                too_late = time.monotonic() - began >= one.retry_within
                if longest_wait is None or not failure.may_pass or too_late or one.health.resting_until:
                    raise failure from error.__cause__
            else:
                one.health.succeeded()
                return answer
            backoff.wait(longest_wait, lambda: on_tick(0))
        raise AssertionError("the last wait is None")

    def _judge(self, error: OllamaRefused | OllamaUnreachable) -> OllamaFailure:
        """Count a failure and return it. Raises TooLong and Unusable, which are none: Ollama is well."""
        if isinstance(error, OllamaRefused) and error.is_too_long:
            self.settings.health.succeeded()
            raise TooLong from error
        failure = as_failure(error)
        if failure is None:
            raise Unusable(str(error)) from error
        log.warning("a call to Ollama failed: %s", failure.reason)
        self.settings.health.failed(failure.reason)
        return failure


def without_thoughts(text: str) -> str:
    """The answer without the reasoning that some models write before it."""
    return re.sub(r"^\s*<think>.*?</think>", "", text, flags=re.DOTALL).strip()
