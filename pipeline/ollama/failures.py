"""What can go wrong with a call to Ollama, in words for the user, and whether asking again can help."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

import httpx

from pipeline.errors import OllamaUnreachable
from pipeline.ollama.errors import OllamaRefused

SAID_CHARACTERS = 200
"""As much of Ollama's own words as fits a sentence."""


class FailureReason(StrEnum):
    """Why a call failed. These codes may be stored and logged: they tell nothing of a recording."""

    AWAY = "away"
    BUSY = "busy"
    ERROR = "error"
    SILENT = "silent"
    STALLED = "stalled"
    BROKE_OFF = "broke_off"
    SLOW = "slow"
    ENDLESS = "endless"
    REFUSED = "refused"
    FOREIGN = "foreign"


class _FailureText(NamedTuple):
    why: str
    hint: str
    is_transient: bool


_AGAIN = "then write the recap again."
_SMALLER = "The model may be too large for this machine: name a smaller one in OLLAMA_MODEL, "
_FAILURE_TEXTS = {
    FailureReason.AWAY: _FailureText(
        "Ollama did not answer", f"Start Ollama, or set OLLAMA_HOST to where it runs, {_AGAIN}", True
    ),
    FailureReason.BUSY: _FailureText(
        "Ollama had too much to do", "Write the recap again when Ollama has less to do.", True
    ),
    FailureReason.ERROR: _FailureText(
        "Ollama reported an error: “{said}”",
        f"Ollama's log tells more. If memory ran out, name a smaller model in OLLAMA_MODEL, {_AGAIN}", True,
    ),
    FailureReason.SILENT: _FailureText(
        "Ollama did not begin its answer within {said}",
        f"{_SMALLER}or allow more time with OLLAMA_FIRST_TOKEN_SECONDS, {_AGAIN}", True,
    ),
    FailureReason.STALLED: _FailureText(
        "Ollama fell silent for {said} in the middle of its answer",
        f"{_SMALLER}or allow more time with OLLAMA_TOKEN_SECONDS, {_AGAIN}", True,
    ),
    FailureReason.BROKE_OFF: _FailureText(
        "Ollama broke off its answer",
        f"It may have crashed or run out of memory: its log tells more. Start it again, {_AGAIN}", True,
    ),
    FailureReason.SLOW: _FailureText("Ollama did not finish its answer within {said}", f"{_SMALLER}{_AGAIN}", False),
    FailureReason.ENDLESS: _FailureText(
        "the answer of the language model had no end", f"Name another model in OLLAMA_MODEL, {_AGAIN}", False
    ),
    FailureReason.REFUSED: _FailureText(
        "access to Ollama was refused ({said})",
        f"Set OLLAMA_HOST to an address where Ollama answers without a password, {_AGAIN}", False,
    ),
    FailureReason.FOREIGN: _FailureText(
        "what answers at OLLAMA_HOST does not speak like Ollama",
        f"Set OLLAMA_HOST to where Ollama runs, {_AGAIN}", False,
    ),
}  # fmt: skip


class OllamaFailure(OllamaUnreachable):
    """A call that brought no answer. `is_transient`: asking again a little later can help."""

    def __init__(self, reason: FailureReason, said: str = "") -> None:
        kind = _FAILURE_TEXTS[reason]
        why = kind.why.format(said=" ".join(said.split())[:SAID_CHARACTERS])
        super().__init__(f"The summary was put together from quotes, because {why}.", kind.hint)
        self.reason, self.said, self.is_transient = reason, said, kind.is_transient

    def __reduce__(self) -> tuple[type[OllamaFailure], tuple[FailureReason, str]]:
        return type(self), (self.reason, self.said)


class OllamaPaused(OllamaUnreachable):
    """Ollama failed so often that it is left alone for a while."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            "The summary was put together from quotes, because Ollama failed several times in a row and is left alone "
            f"until {until:%H:%M %Z}.",
            "Look whether Ollama runs; once it does, write the recap again: it is then asked at once.",
        )
        self.until = until

    def __reduce__(self) -> tuple[type[OllamaPaused], tuple[datetime]]:  # type: ignore[override]
        return type(self), (self.until,)


class CircuitBreaker(Protocol):
    """Who keeps count of failures over all jobs, and has Ollama left alone after too many."""

    @property
    def open_until(self) -> datetime | None:
        """Until when Ollama is not to be asked, in the zone to tell it in; None: it may be."""
        ...

    def record_failure(self, reason: str) -> None: ...
    def record_success(self) -> None: ...


class AlwaysClosed:
    """Keeps no count."""

    open_until: datetime | None = None

    def record_failure(self, reason: str) -> None:
        """A failure is forgotten."""

    def record_success(self) -> None:
        """So is a success."""


def to_failure(error: OllamaUnreachable | OllamaRefused) -> OllamaFailure | None:
    """The failure that an error of a call stands for; None where Ollama works, but would not do this."""
    if isinstance(error, OllamaFailure):
        return error
    if isinstance(error, OllamaUnreachable):
        return OllamaFailure(*_of_transport(error.__cause__))
    if isinstance(error.__cause__, httpx.RequestError | httpx.InvalidURL | ValueError):
        return OllamaFailure(FailureReason.FOREIGN)
    status = error.status
    if status in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS):
        return OllamaFailure(FailureReason.BUSY)
    if status in (httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT):  # a proxy says so
        return OllamaFailure(FailureReason.AWAY)
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.PROXY_AUTHENTICATION_REQUIRED):
        return OllamaFailure(FailureReason.REFUSED, f"HTTP {status}")
    if status in (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED):
        return OllamaFailure(FailureReason.FOREIGN)
    if status is None or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return OllamaFailure(FailureReason.ERROR, error.message)
    return None


def _of_transport(cause: BaseException | None) -> tuple[FailureReason, str]:
    if isinstance(cause, httpx.ReadTimeout | httpx.WriteTimeout | httpx.PoolTimeout):
        return FailureReason.SILENT, "a few seconds"
    if isinstance(cause, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError):
        return FailureReason.BROKE_OFF, ""
    return FailureReason.AWAY, ""
