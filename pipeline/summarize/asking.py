"""One question to the language model, asked until there is a whole, valid answer or none to be had."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.errors import OllamaUnreachable
from pipeline.ollama.chat import ChatAnswer, ChatLimits, chat
from pipeline.ollama.errors import OllamaRefused
from pipeline.summarize.pieces import TokenCounter

A = TypeVar("A", bound=BaseModel)

MOST_BYTES_A_TOKEN = 8.0
"""No tokeniser makes so few tokens: such a count means that Ollama cut the prompt."""
CACHED_TOKENS = 200
"""Below this the count is no proof of a cut: some versions leave out what they had in their cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OllamaSettings:
    """Where the model runs and how it is asked.

    `window` is what the model was trained for, `num_ctx` the window to use, both in tokens; `num_ctx` None: the
    smallest that fits. `retry_seconds` are the waits before asking a busy or broken server again. `unload` frees the
    model's memory at the end.
    """

    host: str
    model: str
    digest: str
    window: int | None = None
    can_think: bool = False
    num_ctx: int | None = None
    keep_alive: str = "5m"
    unload: bool = True
    limits: ChatLimits = field(default_factory=ChatLimits)
    retry_seconds: tuple[float, ...] = (1.0, 4.0)


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
        for wait in (*self.settings.retry_seconds, None):
            self.calls += 1
            try:
                return chat(self.settings.host, body, on_tick, self.settings.limits)
            except OllamaRefused as error:
                if error.is_too_long:
                    raise TooLong from error
                if not error.is_busy:
                    raise Unusable(error.message) from error
                if wait is None:
                    raise OllamaUnreachable(
                        "The summary was put together from quotes, because Ollama was busy or failed again and again."
                    ) from error
            except OllamaUnreachable:
                if wait is None:
                    raise
            _pause(wait, on_tick)
        raise AssertionError("the last wait is None")


def _pause(seconds: float, on_tick: Callable[[int], None]) -> None:
    """Wait, give or take a quarter so that several workers do not return at once; `on_tick` may still stop it."""
    until = time.monotonic() + seconds * random.uniform(0.75, 1.25)  # noqa: S311
    while (left := until - time.monotonic()) > 0:
        on_tick(0)
        time.sleep(min(left, 0.25))


def without_thoughts(text: str) -> str:
    """The answer without the reasoning that some models write before it."""
    return re.sub(r"^\s*<think>.*?</think>", "", text, flags=re.DOTALL).strip()
