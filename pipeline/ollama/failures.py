"""Failures of calls to Ollama, explained to the user, and whether a retry can help."""

from __future__ import annotations

import ssl
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

import httpx

from pipeline.errors import OllamaUnreachable
from pipeline.ollama.errors import OllamaRefused

_Error = TypeVar("_Error", bound=BaseException)
MAX_DETAIL_CHARACTERS = 200
"""As much of Ollama's own words as fits into a sentence."""


class FailureReason(StrEnum):
    """Why a call failed. These codes may be stored and logged: they reveal nothing about a recording."""

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
    CERTIFICATE = "certificate"
    ENVIRONMENT = "environment"


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
        "Ollama was overloaded", "Write the recap again when Ollama is less busy.", True
    ),
    FailureReason.ERROR: _FailureText(
        "Ollama reported an error: “{detail}”",
        f"See Ollama's log. If memory ran out, name a smaller model in OLLAMA_MODEL, {_AGAIN}", True,
    ),
    FailureReason.SILENT: _FailureText(
        "Ollama did not begin its answer within {detail}",
        f"{_SMALLER}or allow more time with OLLAMA_FIRST_TOKEN_SECONDS, {_AGAIN}", True,
    ),
    FailureReason.STALLED: _FailureText(
        "Ollama stopped for {detail} in the middle of its answer",
        f"{_SMALLER}or allow more time with OLLAMA_TOKEN_SECONDS, {_AGAIN}", True,
    ),
    FailureReason.BROKE_OFF: _FailureText(
        "Ollama broke off its answer",
        f"It may have crashed or run out of memory; see its log. Restart it, {_AGAIN}", True,
    ),
    FailureReason.SLOW: _FailureText("Ollama did not finish its answer within {detail}", f"{_SMALLER}{_AGAIN}", False),
    FailureReason.ENDLESS: _FailureText(
        "the language model did not end its answer", f"Name another model in OLLAMA_MODEL, {_AGAIN}", False
    ),
    FailureReason.REFUSED: _FailureText(
        "access to Ollama was refused ({detail})",
        f"Set OLLAMA_HOST to an address where Ollama answers without a password, {_AGAIN}", False,
    ),
    FailureReason.FOREIGN: _FailureText(
        "the server at OLLAMA_HOST is not Ollama",
        f"Set OLLAMA_HOST to where Ollama runs, {_AGAIN}", False,
    ),
    FailureReason.CERTIFICATE: _FailureText(
        "the certificate of the server at OLLAMA_HOST is not trusted ({detail})",
        "If it is your own, name a file with it (or with the authority that signed it) in SSL_CERT_FILE and start "
        f"RealRecap again, {_AGAIN}", False,
    ),
    FailureReason.ENVIRONMENT: _FailureText(
        "Ollama cannot be called with this environment: {detail}",
        f"Correct or remove that variable and start RealRecap again, {_AGAIN}", False,
    ),
}  # fmt: skip


class OllamaFailure(OllamaUnreachable):
    """A call without an answer. `is_transient`: a retry can help."""

    def __init__(self, reason: FailureReason, detail: str = "") -> None:
        kind = _FAILURE_TEXTS[reason]
        why = kind.why.format(detail=" ".join(detail.split())[:MAX_DETAIL_CHARACTERS])
        super().__init__(f"The summary was put together from quotes, because {why}.", kind.hint)
        self.reason, self.detail, self.is_transient = reason, detail, kind.is_transient
        self.why, self.fix = why, kind.hint.replace(f", {_AGAIN}", ".")

    def __reduce__(self) -> tuple[type[OllamaFailure], tuple[FailureReason, str]]:
        return type(self), (self.reason, self.detail)


class OllamaPaused(OllamaUnreachable):
    """Ollama failed so often that no calls are made for a while: the circuit is open."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            "The summary was put together from quotes, because Ollama failed several times in a row and is paused "
            f"until {until:%H:%M %Z}.",
            "Check that Ollama runs, then write the recap again: that ends the pause.",
        )
        self.until = until

    def __reduce__(self) -> tuple[type[OllamaPaused], tuple[datetime]]:  # type: ignore[override]
        return type(self), (self.until,)


class CircuitBreaker(Protocol):
    """Counts failures over all jobs, and opens after too many: then Ollama is not called for a while."""

    @property
    def open_until(self) -> datetime | None:
        """When calls may be made again, in the time zone for display; None: now."""
        ...

    def record_failure(self, reason: str) -> None: ...
    def record_success(self) -> None: ...


class AlwaysClosed:
    """A circuit breaker that never opens."""

    open_until: datetime | None = None

    def record_failure(self, reason: str) -> None:
        """Ignore the failure."""

    def record_success(self) -> None:
        """Ignore the success."""


def to_failure(error: OllamaUnreachable | OllamaRefused) -> OllamaFailure | None:
    """The failure behind an error; None if Ollama works, but refuses this call."""
    if isinstance(error, OllamaFailure):
        return error
    if isinstance(error, OllamaUnreachable):
        return OllamaFailure(*_classify_transport_error(error.__cause__))
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


def _classify_transport_error(cause: BaseException | None) -> tuple[FailureReason, str]:
    distrust = _find_cause(cause, ssl.SSLCertVerificationError)
    if distrust is not None:
        return FailureReason.CERTIFICATE, distrust.verify_message
    if isinstance(cause, httpx.ReadTimeout | httpx.WriteTimeout | httpx.PoolTimeout):
        return FailureReason.SILENT, "a few seconds"
    if isinstance(cause, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError):
        return FailureReason.BROKE_OFF, ""
    return FailureReason.AWAY, ""


def _find_cause(error: BaseException | None, kind: type[_Error]) -> _Error | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error
