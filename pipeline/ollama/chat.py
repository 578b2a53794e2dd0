"""One chat with Ollama, streamed, with a deadline for each phase, and stopped at once when the caller wants out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from pipeline.errors import OllamaUnreachable
from pipeline.ollama.client import checked, read_event, translated_errors, trusts_environment
from pipeline.ollama.errors import OllamaRefused

TICK_SECONDS = 0.25
"""How often the caller is told, and may stop, while Ollama is silent."""
MOST_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """Seconds to wait: for the connection, for the first token (the model may have to load), between tokens."""

    connect: float = 5.0
    first_token: float = 600.0
    between_tokens: float = 120.0


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """An answer with the reason it ended ("length": it was cut) and Ollama's counts of tokens."""

    text: str
    done_reason: str
    prompt_tokens: int | None
    answer_tokens: int | None


def chat(
    host: str, body: dict[str, Any], on_tick: Callable[[int], None], limits: ChatLimits = ChatLimits()
) -> ChatAnswer:
    """Ask, and call `on_tick` with the number of tokens heard at least every `TICK_SECONDS`.

    What `on_tick` raises closes the connection, upon which Ollama stops generating, and is raised on.
    Raises OllamaUnreachable (no connection, silence, a broken connection), OllamaModelMissing and OllamaRefused.
    """
    return asyncio.run(_attend(host, {**body, "stream": True}, on_tick, limits))


class _Heard:
    """What came so far."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.last: dict[str, Any] = {}
        self.characters = 0
        self.at = time.monotonic()

    def add(self, event: dict[str, Any]) -> None:
        text = str((event.get("message") or {}).get("content") or "")
        self.parts.append(text)
        self.characters += len(text)
        self.at = time.monotonic()
        self.last = event

    def check_pace(self, limits: ChatLimits) -> None:
        allowed = limits.between_tokens if self.parts else limits.first_token
        if time.monotonic() - self.at > allowed:
            raise OllamaUnreachable(
                f"Ollama was silent for {allowed:.0f} s, so the summary was put together from quotes."
            )


async def _attend(host: str, body: dict[str, Any], on_tick: Callable[[int], None], limits: ChatLimits) -> ChatAnswer:
    heard = _Heard()
    reading = asyncio.create_task(_read(host, body, heard, limits))
    try:
        while not reading.done():
            await asyncio.wait({reading}, timeout=TICK_SECONDS)
            on_tick(len(heard.parts))
            if not reading.done():
                heard.check_pace(limits)
        return reading.result()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _read(host: str, body: dict[str, Any], heard: _Heard, limits: ChatLimits) -> ChatAnswer:
    timeout = httpx.Timeout(None, connect=limits.connect)
    with translated_errors():
        async with (
            httpx.AsyncClient(base_url=host, timeout=timeout, trust_env=trusts_environment(host)) as client,
            client.stream("POST", "/api/chat", json=body) as response,
        ):
            if response.is_error:
                await response.aread()
            async for line in checked(response).aiter_lines():
                if line.strip():
                    heard.add(read_event(line))
                if heard.characters > MOST_CHARACTERS:
                    raise OllamaRefused("Ollama's answer has no end")
    if not heard.last.get("done"):
        raise OllamaUnreachable("Ollama broke off its answer, so the summary was put together from quotes.")
    return ChatAnswer(
        text="".join(heard.parts),
        done_reason=str(heard.last.get("done_reason") or "stop"),
        prompt_tokens=heard.last.get("prompt_eval_count"),
        answer_tokens=heard.last.get("eval_count"),
    )
