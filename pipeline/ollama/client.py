"""The client for short calls to one Ollama server; `pipeline.ollama.chat` holds the long ones.

Both go through httpx: the package `ollama` builds a client while it is imported, which fails where the environment
names a proxy it cannot use, has a single timeout, and reads addresses in its own way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.connection import make_http_client
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.model_info import InstalledModel, ModelInfo, RunningModel, read_model_info
from pipeline.ollama.model_names import name_key

NOT_OLLAMA = "the server at OLLAMA_HOST is not Ollama"


class OllamaClient:
    """Short calls. They raise OllamaUnreachable, OllamaModelMissing and OllamaRefused."""

    def __init__(self, host: str, *, connect_seconds: float = 5.0, answer_seconds: float = 30.0) -> None:
        self.host = host
        self._http = make_http_client(host, httpx.Timeout(answer_seconds, connect=connect_seconds))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def version(self) -> str:
        """The server's version, such as "0.12.6"."""
        with translated_errors():
            return str(json_object(self._http.get("/api/version")).get("version", ""))

    def models(self) -> list[InstalledModel]:
        """All installed models, the most recently changed first."""
        return [
            InstalledModel(
                name=_text(one, "model") or _text(one, "name"),
                digest=_text(one, "digest"),
                size=_number(one, "size"),
                quantization=_text(_object(one, "details"), "quantization_level"),
            )
            for one in self._list("/api/tags")
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
        return [
            RunningModel(
                _text(one, "model") or _text(one, "name"), _number(one, "context_length"), _number(one, "size"),
                _number(one, "size_vram"),
            )
            for one in self._list("/api/ps")
        ]  # fmt: skip

    def _list(self, path: str) -> list[dict[str, Any]]:
        with translated_errors():
            found = json_object(self._http.get(path)).get("models") or []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise OllamaRefused(NOT_OLLAMA) from ValueError("no list of models")
        return found

    def unload(self, name: str) -> None:
        """Unload a model; returns when the server has agreed."""
        with translated_errors():
            body = {"model": name, "messages": [], "keep_alive": 0, "stream": False}
            checked(self._http.post("/api/chat", json=body))


def _text(found: dict[str, Any], name: str) -> str:
    return str(found.get(name) or "")


def _number(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    return int(value) if isinstance(value, int | float) else 0


def _object(found: dict[str, Any], name: str) -> dict[str, Any]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}


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
    """Translate errors of httpx."""
    try:
        yield
    except httpx.TransportError as error:
        raise OllamaUnreachable() from error
    except (httpx.RequestError, httpx.InvalidURL, json.JSONDecodeError) as error:
        raise OllamaRefused(NOT_OLLAMA) from error
