"""One streamed chat with Ollama, with a deadline for each phase, which the caller can stop at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from pipeline.ollama.client import refusal, translated_errors
from pipeline.ollama.connection import connection_options
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.failures import FailureReason, OllamaFailure
from pipeline.ollama.token_meter import add_tokens

TICK_SECONDS = 0.25
"""How often the caller is called back, and may stop, while Ollama is silent."""
MAX_LINE_BYTES = 1 << 20
"""A line is one token, or the whole answer if a proxy buffered it."""
MAX_BYTES = 64 << 20
MAX_ERROR_BYTES = 1 << 16
CUT = "cut"
"""The reason for the end of an answer that the caller had enough of."""
CHECKED_TOKENS = 16
SPARE_EVENTS = 1000
"""Lines without a token: Ollama's first and last, and those it cannot decode yet."""


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """Seconds to wait: to connect, for the first token (the model may have to load), between tokens, in total."""

    connect: float = 5.0
    first_token: float = 600.0
    between_tokens: float = 120.0
    whole: float = 3600.0


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """An answer with the reason for its end ("length": cut off) and Ollama's token counts."""

    text: str
    done_reason: str
    prompt_tokens: int | None
    answer_tokens: int | None


class _Message(BaseModel):
    content: str | None = None


class _Event(BaseModel):
    """One line of the stream."""

    message: _Message | None = None
    done: bool = False
    done_reason: str | None = None
    prompt_eval_count: int | None = Field(None, ge=0)
    eval_count: int | None = Field(None, ge=0)
    error: Any = None
    status: int | None = None


def chat(
    host: str,
    body: dict[str, Any],
    on_tick: Callable[[int], None],
    limits: ChatLimits = ChatLimits(),
    is_enough: Callable[[str], bool] = lambda _: False,
) -> ChatAnswer:
    """Chat, and call `on_tick` with the number of received tokens at least every `TICK_SECONDS`.

    `is_enough` gets the answer so far, after every `CHECKED_TOKENS`; where it is true, the answer is cut there with the
    reason CUT. If `on_tick` raises, the connection is closed, so that Ollama stops generating, and the error is
    re-raised.
    Raises OllamaUnreachable (mostly its subclass OllamaFailure), OllamaModelMissing and OllamaRefused.
    """
    answer = asyncio.run(_chat(host, {**body, "stream": True}, on_tick, limits, is_enough))
    add_tokens(answer.prompt_tokens, answer.answer_tokens)
    return answer


class _ReceivedAnswer:
    """The part of the answer received so far, and its deadlines."""

    def __init__(self, limits: ChatLimits, most_tokens: int | None, is_enough: Callable[[str], bool]) -> None:
        self.limits = limits
        self.is_enough = is_enough
        self.most_events = most_tokens + SPARE_EVENTS if most_tokens and most_tokens > 0 else None
        self.parts: list[str] = []
        self.last = _Event()
        self.began = self.at = time.monotonic()

    def add(self, event: _Event) -> None:
        self.parts.append((event.message.content or "") if event.message else "")
        self.at = time.monotonic()
        self.last = event
        if self.most_events and len(self.parts) > self.most_events:
            raise OllamaFailure(FailureReason.ENDLESS)
        if not event.done and len(self.parts) % CHECKED_TOKENS == 0 and self.is_enough("".join(self.parts)):
            self.last = _Event(done=True, done_reason=CUT, eval_count=len(self.parts))

    def check_pace(self) -> None:
        now = time.monotonic()
        if now - self.began > self.limits.whole:
            raise OllamaFailure(FailureReason.SLOW, _format_seconds(self.limits.whole))
        if not self.parts and now - self.at > self.limits.first_token:
            raise OllamaFailure(FailureReason.SILENT, _format_seconds(self.limits.first_token))
        if self.parts and now - self.at > self.limits.between_tokens:
            raise OllamaFailure(FailureReason.STALLED, _format_seconds(self.limits.between_tokens))

    def answer(self) -> ChatAnswer:
        if not self.last.done:
            raise OllamaFailure(FailureReason.BROKE_OFF)
        return ChatAnswer(
            text="".join(self.parts),
            done_reason=self.last.done_reason or "stop",
            prompt_tokens=self.last.prompt_eval_count,
            answer_tokens=self.last.eval_count,
        )


async def _chat(
    host: str,
    body: dict[str, Any],
    on_tick: Callable[[int], None],
    limits: ChatLimits,
    is_enough: Callable[[str], bool],
) -> ChatAnswer:
    received = _ReceivedAnswer(limits, body.get("options", {}).get("num_predict"), is_enough)
    reading = asyncio.create_task(_read(host, body, received))
    try:
        while not reading.done():
            await asyncio.wait({reading}, timeout=TICK_SECONDS)
            on_tick(len(received.parts))
            if not reading.done():
                received.check_pace()
        reading.result()
        return received.answer()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _read(host: str, body: dict[str, Any], received: _ReceivedAnswer) -> None:
    timeout = httpx.Timeout(None, connect=received.limits.connect)
    with connection_options(host) as options:  # a small compressed answer could be huge
        unopened = httpx.AsyncClient(timeout=timeout, headers={"Accept-Encoding": "identity"}, **options)
    with translated_errors():
        async with (
            unopened as client,
            client.stream("POST", "/api/chat", json=body) as response,
        ):
            if not response.is_success:
                raise _refusal(response.status_code, await _read_error(response))
            async for line in _lines(response):
                received.add(_read_event(line))
                if received.last.done:
                    return


async def _lines(response: httpx.Response) -> AsyncIterator[bytes]:
    """The lines of the stream, however it is split; a last line without a line end included."""
    rest, total = bytearray(), 0
    async for data in response.aiter_raw():
        total += len(data)
        rest += data
        if b"\n" in data:
            *lines, rest = rest.split(b"\n")
            for line in lines:
                if line.strip():
                    yield bytes(line)
        if len(rest) > MAX_LINE_BYTES:
            raise OllamaFailure(FailureReason.FOREIGN)
        if total > MAX_BYTES:
            raise OllamaFailure(FailureReason.ENDLESS)
    if rest.strip():
        try:
            _Event.model_validate_json(rest)
        except ValidationError as error:
            raise OllamaFailure(FailureReason.BROKE_OFF if rest.startswith(b"{") else FailureReason.FOREIGN) from error
        yield bytes(rest)


async def _read_error(response: httpx.Response) -> bytes:
    """The beginning of an error's body."""
    text = bytearray()
    async for data in response.aiter_raw():
        text += data
        if len(text) > MAX_ERROR_BYTES:
            break
    return bytes(text[:MAX_ERROR_BYTES])


def _read_event(line: bytes) -> _Event:
    try:
        event = _Event.model_validate_json(line)
    except ValidationError as error:
        raise OllamaFailure(FailureReason.FOREIGN) from error
    if event.error:
        raise OllamaRefused(str(event.error), event.status)
    if event.message is None and not event.done:
        raise OllamaFailure(FailureReason.FOREIGN)
    return event


def _refusal(status: int, text: bytes) -> Exception:
    try:
        message = str(_Event.model_validate_json(text).error or "")
    except ValidationError:
        message = ""
    if status < httpx.codes.BAD_REQUEST:
        return OllamaFailure(FailureReason.FOREIGN)
    return refusal(message or f"HTTP {status}", status)


def _format_seconds(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:g} s"
