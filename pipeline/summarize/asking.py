"""One question to the language model, asked until there is a whole, valid answer or none to be had."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.errors import OllamaUnreachable, PipelineError
from pipeline.ollama import backoff
from pipeline.ollama.cards import RunningModel
from pipeline.ollama.chat import ChatAnswer, ChatLimits, chat
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused, for_log
from pipeline.ollama.failures import Health, NoHealth, OllamaFailure, OllamaResting, as_failure
from pipeline.ollama.names import full_name
from pipeline.summarize.answers import form_of
from pipeline.summarize.thoughts import find_answers
from pipeline.summarize.tokens import TokenCounter, fresh_part, was_cut

log = logging.getLogger(__name__)
A = TypeVar("A", bound=BaseModel)


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

    @property
    def set_window(self) -> int | None:
        """The window that was set, no larger than what the model was trained for; None: it is to be chosen."""
        return min(self.num_ctx, self.window or self.num_ctx) if self.num_ctx else None


MOST_ANSWER_TOKENS = 4096
"""A longer answer is a model that repeats itself."""


class Unusable(Exception):
    """The answer was cut, or is not what was asked for."""


class TooLong(Exception):
    """The prompt does not fit the window, or was not read whole."""


class Asker:
    """Asks one model with one window: another window between two calls would make Ollama load the model anew.

    `answer_tokens` are free for an answer, and more where the prompt leaves more. `room` is the window that the server
    has allocated: less than `window` where it knows better. `loaded` is the model
    as it was loaded for the first answer, None where the server does not say.
    """

    def __init__(self, settings: OllamaSettings, window: int, answer_tokens: int, counter: TokenCounter) -> None:
        self.settings = settings
        self.window = window
        self.answer_tokens = answer_tokens
        self.counter = counter
        self.calls = 0
        self.room = window
        self.loaded: RunningModel | None = None
        self._has_looked = False
        self._asked = ""

    def ask(self, kind: type[A], system: str, user: str, on_tick: Callable[[int], None]) -> A:
        """The answer in the form `kind`. Raises Unusable, TooLong, OllamaUnreachable and OllamaModelMissing."""
        prompt, calls = system + user, self.calls
        try:
            answer = self._answer(self._body(kind, system, user), on_tick)
        except TooLong:
            self.counter.learn_refused(prompt, self.room)
            raise
        # a call that was made again may find all of its prompt in the cache
        fresh = fresh_part(prompt, self._asked) if self.calls == calls + 1 else ""
        self._asked = prompt
        self._check_read(prompt, fresh, min(fresh, user, key=len), answer.prompt_tokens or 0)
        if answer.done_reason == "length":
            raise Unusable("the answer was cut")
        for text in find_answers(answer.text):
            with suppress(ValidationError):
                return kind.model_validate_json(text)
        raise Unusable("the answer does not have the form asked for")

    def _check_read(self, prompt: str, fresh: str, surely_fresh: str, tokens: int) -> None:
        """Raise TooLong where the server, by its own count, did not give the model the whole prompt.

        The system's part may be in the cache from another job.
        """
        if not self._has_looked:
            self._has_looked = True
            self.loaded = self._find_loaded()
            self.room = min(self.room, (self.loaded and self.loaded.window) or self.room)
            self.answer_tokens = min(self.answer_tokens, self.room // 4)
        if was_cut(prompt, surely_fresh, tokens, self.room):
            raise TooLong
        self.counter.learn(prompt, fresh, tokens)

    def _find_loaded(self) -> RunningModel | None:
        """The model with the window and the memory that it really got, None where the server does not say."""
        try:
            with OllamaClient(self.settings.host, connect_seconds=2.0, answer_seconds=3.0) as client:
                running = {full_name(one.name): one for one in client.running()}
        except (PipelineError, OllamaRefused) as error:
            log.warning("Ollama did not tell how the model is loaded: %s", for_log(error))
            return None
        found = running.get(full_name(self.settings.model))
        if found is not None:
            log.info("%s is loaded with %s", found.name, describe_loaded(found))
        return found

    def _body(self, kind: type[A], system: str, user: str) -> dict[str, object]:
        most = min(MOST_ANSWER_TOKENS, max(self.answer_tokens, self.room - self.counter.count(system + user)))
        body: dict[str, object] = {
            "model": self.settings.model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "format": form_of(kind),
            "options": {"num_ctx": self.window, "num_predict": most, "temperature": 0},
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


def describe_loaded(model: RunningModel) -> str:
    """The window of a loaded model, and how much of it found no room on the GPU, in words."""
    share = 1 - model.size_vram / model.size if model.size else 0.0
    where = "" if share < 0.005 else ", on the CPU" if share > 0.995 else f", {share:.0%} on the CPU"
    return f"window {model.window:,}{where}"
