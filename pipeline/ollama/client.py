"""A thin client of one Ollama server.

The package `ollama` lists the installed and running models. The rest goes through httpx, because version 0.6.3 of that
package has no version call, uploads without checking first, without progress and without resuming, omits fields of
create (`renderer`, `parser`, `requires`), chat (`shift`) and show (`system`), and has a single timeout.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import ollama
from pydantic import ValidationError

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.model_info import InstalledModel, ModelInfo, RunningModel, read_model_info
from pipeline.ollama.model_names import name_key

NOT_OLLAMA = "the server at OLLAMA_HOST is not Ollama"


class OllamaClient:
    """Short calls. They raise OllamaUnreachable, OllamaModelMissing and OllamaRefused."""

    def __init__(self, host: str, *, connect_seconds: float = 5.0, answer_seconds: float = 30.0) -> None:
        self.host = host
        timeout = httpx.Timeout(answer_seconds, connect=connect_seconds)
        trust = trusts_environment(host)
        self._http = httpx.Client(base_url=host, timeout=timeout, trust_env=trust, verify=certificates())
        self._official = ollama.Client(host=host, timeout=timeout, trust_env=trust, verify=certificates())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()
        self._official.close()  # type: ignore[no-untyped-call]

    def version(self) -> str:
        """The server's version, such as "0.12.6"."""
        with translated_errors():
            return str(json_object(self._http.get("/api/version")).get("version", ""))

    def models(self) -> list[InstalledModel]:
        """All installed models, the most recently changed first."""
        with translated_errors():
            found = self._official.list().models
        return [
            InstalledModel(
                name=one.model or "",
                digest=one.digest or "",
                size=int(one.size or 0),
                quantization=(one.details and one.details.quantization_level) or "",
            )
            for one in found
        ]

    def find(self, name: str) -> InstalledModel | None:
        """The installed model of this name; "recap" means "recap:latest", as in all of Ollama."""
        wanted = name_key(name)
        return next((one for one in self.models() if name_key(one.name) == wanted), None)

    def show(self, name: str) -> ModelInfo:
        """What the server knows about a model."""
        with translated_errors():
            answer = json_object(self._http.post("/api/show", json={"model": name}))
        try:
            return read_model_info(answer)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise OllamaRefused(NOT_OLLAMA) from error

    def running(self) -> list[RunningModel]:
        """The loaded models."""
        with translated_errors():
            found = self._official.ps().models
        return [
            RunningModel(one.model or "", one.context_length or 0, int(one.size or 0), int(one.size_vram or 0))
            for one in found
        ]

    def unload(self, name: str) -> None:
        """Unload a model; returns when the server has agreed."""
        with translated_errors():
            body = {"model": name, "messages": [], "keep_alive": 0, "stream": False}
            checked(self._http.post("/api/chat", json=body))


@cache
def certificates() -> ssl.SSLContext:
    """The trusted certificates for HTTPS, loaded once: that takes longer than the rest of a call."""
    return httpx.create_ssl_context()


def trusts_environment(host: str) -> bool:
    """False for this machine: a proxy for the Internet must not see what goes to 127.0.0.1."""
    name = urlsplit(host).hostname or ""
    try:
        return not ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name != "localhost"


def checked(response: httpx.Response) -> httpx.Response:
    """The response, unless it is an error; its body must have been read."""
    if not response.is_error:
        return response
    try:
        message = str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        message = response.text[:200] or response.reason_phrase
    raise refusal(message, response.status_code)


def json_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a response."""
    found = checked(response).json()
    if not isinstance(found, dict):
        raise OllamaRefused(NOT_OLLAMA) from ValueError("no JSON object")
    return found


def refusal(message: str, status: int | None) -> Exception:
    """The error for a message and status of Ollama."""
    if status == httpx.codes.NOT_FOUND and "model" in message:
        return OllamaModelMissing()
    return OllamaRefused(message, status)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate errors of httpx and of the package `ollama`."""
    try:
        yield
    except ollama.ResponseError as error:
        raise refusal(error.error, error.status_code if error.status_code > 0 else None) from error
    except (httpx.TransportError, ConnectionError) as error:
        raise OllamaUnreachable() from error
    except (httpx.RequestError, httpx.InvalidURL, ValidationError, json.JSONDecodeError) as error:
        raise OllamaRefused(NOT_OLLAMA) from error
