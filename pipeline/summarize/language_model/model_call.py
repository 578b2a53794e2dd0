"""One call to the language model, retried after failures that may be transient, with a validated answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from pipeline.errors import OllamaUnreachable, PipelineError
from pipeline.ollama.chat import CUT, ChatAnswer, chat
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused, for_log
from pipeline.ollama.failures import OllamaFailure, OllamaPaused, to_failure
from pipeline.ollama.model_info import RunningModel
from pipeline.ollama.model_names import full_name
from pipeline.ollama.retry import retrying
from pipeline.summarize.language_model.ollama_settings import OllamaSettings
from pipeline.summarize.language_model.reasoning_tags import find_json_candidates
from pipeline.summarize.language_model.repetition import repeats_itself
from pipeline.summarize.language_model.token_counting import TokenCounter, fresh_part, was_cut

log = logging.getLogger(__name__)
A = TypeVar("A", bound=BaseModel)


MEGABYTE = 1_000_000
MAX_ANSWER_TOKENS = 4096
"""A longer answer is a model that repeats itself."""


class UnusableAnswer(Exception):
    """The answer was cut off, or does not follow the schema."""


class PromptTooLong(Exception):
    """The prompt does not fit into the context window, or the server truncated it."""


class ModelCaller:
    """Calls one model, always with the same window: Ollama would reload the model for another one.

    At least `answer_tokens` are reserved for an answer. `allocated_window` is the window that the server allocated,
    which may be less than `window`. `loaded` is the model as it was loaded for the first answer; None if the server
    does not say.
    """

    def __init__(self, settings: OllamaSettings, window: int, answer_tokens: int, counter: TokenCounter) -> None:
        self.settings = settings
        self.window = window
        self.answer_tokens = answer_tokens
        self.counter = counter
        self.calls = 0
        self.allocated_window = window
        self.loaded: RunningModel | None = None
        self._has_checked_window = False
        self._last_prompt = ""

    def ask(self, kind: type[A], schema: dict[str, Any], system: str, user: str, on_tick: Callable[[int], None]) -> A:
        """The answer, which follows the JSON Schema and is validated as `kind`.

        Raises UnusableAnswer, PromptTooLong, OllamaUnreachable and OllamaModelMissing.
        """
        prompt, calls = system + user, self.calls
        try:
            answer = self._answer(self._body(schema, system, user), on_tick)
        except PromptTooLong:
            self.counter.learn_refused(prompt, self.allocated_window)
            raise
        # after a retry the whole prompt may be in the model's cache
        fresh = fresh_part(prompt, self._last_prompt) if self.calls == calls + 1 else ""
        self._last_prompt = prompt
        self._check_read(prompt, fresh, min(fresh, user, key=len), answer.prompt_tokens or 0)
        if answer.done_reason == "length":
            raise UnusableAnswer("the answer was cut off")
        if answer.done_reason == CUT:
            return self._read_cut(kind, answer.text)
        for text in find_json_candidates(answer.text):
            with suppress(ValidationError):
                return kind.model_validate_json(text)
        raise UnusableAnswer("the answer does not follow the schema")

    @staticmethod
    def _read_cut(kind: type[A], text: str) -> A:
        """What a model wrote before it began to repeat itself; the item that was being written is left out."""
        try:
            found = from_json(text, allow_partial=True)
            for items in found.values():
                if isinstance(items, list):
                    del items[-1:]
            return kind.model_validate(found)
        except (AttributeError, ValueError) as error:
            raise UnusableAnswer("the answer repeats itself") from error

    def _check_read(self, prompt: str, fresh: str, surely_fresh: str, tokens: int) -> None:
        """Raise PromptTooLong if the server's token count shows that it truncated the prompt.

        The system prompt may be cached from another job.
        """
        if not self._has_checked_window:
            self._has_checked_window = True
            self.loaded = self._find_loaded()
            self.allocated_window = min(
                self.allocated_window, (self.loaded and self.loaded.window) or self.allocated_window
            )
            self.answer_tokens = min(self.answer_tokens, self.allocated_window // 4)
        if was_cut(prompt, surely_fresh, tokens, self.allocated_window):
            raise PromptTooLong
        self.counter.learn(prompt, fresh, tokens)

    def _find_loaded(self) -> RunningModel | None:
        """The model with the window and memory that it was given; None if the server does not say."""
        try:
            with OllamaClient(self.settings.host, connect_seconds=2.0, answer_seconds=3.0) as client:
                running = {full_name(one.name): one for one in client.running()}
        except (PipelineError, OllamaRefused) as error:
            log.warning("Ollama did not report how the model is loaded: %s", for_log(error))
            return None
        found = running.get(full_name(self.settings.model))
        if found is not None:
            log.info("%s is loaded with %s", found.name, describe_loaded(found, self.settings.bytes_per_token))
        return found

    def _body(self, schema: dict[str, Any], system: str, user: str) -> dict[str, object]:
        most = min(
            MAX_ANSWER_TOKENS, max(self.answer_tokens, self.allocated_window - self.counter.count(system + user))
        )
        body: dict[str, object] = {
            "model": self.settings.model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "format": schema,
            "options": {"num_ctx": self.window, "num_predict": most, "temperature": 0},
            "keep_alive": self.settings.keep_alive,
            # without this Ollama silently truncates a prompt that is too long to half a window
            "shift": False,
        }
        return body | ({"think": False} if self.settings.can_think else {})

    def _answer(self, body: dict[str, object], on_tick: Callable[[int], None]) -> ChatAnswer:
        """Call the model, again after failures that may be transient."""
        settings = self.settings

        def should_retry(error: BaseException) -> bool:
            return isinstance(error, OllamaFailure) and error.is_transient and not settings.circuit.open_until

        retries = retrying(settings.retry_seconds, should_retry, lambda: on_tick(0), within=settings.retry_within)
        return retries(self._answer_once, body, on_tick)

    def _answer_once(self, body: dict[str, object], on_tick: Callable[[int], None]) -> ChatAnswer:
        settings = self.settings
        if open_until := settings.circuit.open_until:
            raise OllamaPaused(open_until)
        self.calls += 1
        try:
            answer = chat(settings.host, body, on_tick, settings.limits, repeats_itself)
        except (OllamaRefused, OllamaUnreachable) as error:
            raise self._count_failure(error) from error.__cause__
        settings.circuit.record_success()
        return answer

    def _count_failure(self, error: OllamaRefused | OllamaUnreachable) -> OllamaFailure:
        """Record a failure of Ollama and return it.

        Raises PromptTooLong and UnusableAnswer: these are not failures, since Ollama works.
        """
        if isinstance(error, OllamaRefused) and error.is_too_long:
            self.settings.circuit.record_success()
            raise PromptTooLong from error
        failure = to_failure(error)
        if failure is None:
            raise UnusableAnswer(str(error)) from error
        log.warning("a call to Ollama failed: %s", failure.reason)
        self.settings.circuit.record_failure(failure.reason)
        return failure


def describe_loaded(model: RunningModel, bytes_per_token: int | None = None) -> str:
    """Describe the window of a loaded model, its memory and the window's part in it, and what is not on the GPU."""
    share = 1 - model.size_vram / model.size if model.size else 0.0
    where = "" if share < 0.005 else ", on the CPU" if share > 0.995 else f", {share:.0%} on the CPU"
    cache = f" ({_size(model.window * bytes_per_token)} of cache)" if bytes_per_token else ""
    memory = f", {_size(model.size)} of memory" if model.size >= MEGABYTE else ""
    return f"window {model.window:,}{cache}{memory}{where}"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / MEGABYTE:.0f} MB"
