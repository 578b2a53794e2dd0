"""A thin client of one Ollama server.

The package `ollama` asks what is installed and running. The rest goes through httpx, because version 0.6.3 of that
package has no version call, uploads without asking first, without progress and without resuming, leaves fields out of
create (`renderer`, `parser`, `requires`), of chat (`shift`) and of show (`system`), and knows one timeout only.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
import ollama
from pydantic import ValidationError

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.cards import InstalledModel, ModelCard, RunningModel, read_card
from pipeline.ollama.errors import ImportProblem, OllamaRefused
from pipeline.ollama.names import name_key

UPLOAD_BYTES = 1 << 20
NOT_OLLAMA = "what answers at OLLAMA_HOST does not speak like Ollama"
Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all."""


class OllamaClient:
    """Calls that take moments. Raises OllamaUnreachable, OllamaModelMissing and OllamaRefused."""

    def __init__(self, host: str, *, connect_seconds: float = 5.0, answer_seconds: float = 30.0) -> None:
        self.host = host
        timeout = httpx.Timeout(answer_seconds, connect=connect_seconds)
        trust = trusts_environment(host)
        self._http = httpx.Client(base_url=host, timeout=timeout, trust_env=trust, verify=certificates())
        self._official = ollama.Client(host=host, timeout=timeout, trust_env=trust, verify=certificates())

    def __enter__(self) -> OllamaClient:
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
            return str(_object(self._http.get("/api/version")).get("version", ""))

    def models(self) -> list[InstalledModel]:
        """All installed models, the one changed last first."""
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
        """The installed model of this name; "recap" means "recap:latest", as everywhere in Ollama."""
        wanted = name_key(name)
        return next((one for one in self.models() if name_key(one.name) == wanted), None)

    def show(self, name: str) -> ModelCard:
        """What the server knows of a model."""
        with translated_errors():
            answer = _object(self._http.post("/api/show", json={"model": name}))
        try:
            return read_card(answer)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise OllamaRefused(NOT_OLLAMA) from error

    def running(self) -> list[RunningModel]:
        """The models that are loaded now."""
        with translated_errors():
            found = self._official.ps().models
        return [
            RunningModel(one.model or "", one.context_length or 0, int(one.size or 0), int(one.size_vram or 0))
            for one in found
        ]

    def unload(self, name: str) -> None:
        """Free the memory that a model takes; returns when the server has agreed."""
        with translated_errors():
            body = {"model": name, "messages": [], "keep_alive": 0, "stream": False}
            checked(self._http.post("/api/chat", json=body))

    def try_chat(self, name: str, *, seconds: float = 600.0) -> str:
        """Load a model with a small window, have it say a few words, and free its memory; returns the words.

        `seconds` is how long it may take to load and answer. Raises OllamaRefused where no word comes.
        """
        body = {
            "model": name,
            "messages": [{"role": "user", "content": "Say hello."}],
            "stream": False,
            "keep_alive": 0,
            "options": {"num_ctx": 2048, "num_predict": 24, "temperature": 0},
        }
        with translated_errors():
            answer = _object(self._http.post("/api/chat", json=body, timeout=httpx.Timeout(seconds, connect=5.0)))
        if answer.get("error"):
            raise OllamaRefused(str(answer["error"]))
        message = answer.get("message") or {}
        said = str(message.get("content") or message.get("thinking") or "").strip()
        if not said:
            raise OllamaRefused("the model answers with nothing")
        return said

    def has_blob(self, digest: str) -> bool:
        """Whether the server has the file of this digest ("sha256:...")."""
        with translated_errors():
            response = self._http.head(f"/api/blobs/{digest}")
            if response.status_code == httpx.codes.NOT_FOUND:
                return False
            checked(response)
            return True

    def upload_blob(self, path: Path, digest: str, on_progress: Progress) -> None:
        """Send a file unless it is there; streamed, so memory does not grow with it.

        Raises ImportProblem for a file that changes meanwhile, and OSError.
        """
        if self.has_blob(digest):
            return
        size = path.stat().st_size
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        try:
            with translated_errors():
                body = _chunks(path, size, on_progress)
                # slow disks of the server hold up both the sending and the answer
                checked(self._http.post(f"/api/blobs/{digest}", content=body, headers=headers, timeout=600.0))
        except OllamaUnreachable:
            # who sent the same file meanwhile makes the server answer, and hang up, before it has read ours
            if not self.has_blob(digest):
                raise

    def create(self, body: dict[str, Any], on_status: Callable[[str, int, int], None]) -> None:
        """Make a model of uploaded files; errors count wherever in the stream they come, though HTTP says 200.

        `on_status` is called with what Ollama does, the bytes done and the bytes in all, 0 where it does not tell.
        """
        status = ""
        with (
            translated_errors(),
            self._http.stream("POST", "/api/create", json={**body, "stream": True}, timeout=3600.0) as response,
        ):
            if response.is_error:
                response.read()
            for line in checked(response).iter_lines():
                if not line.strip():
                    continue
                event = read_event(line)
                status = str(event.get("status", status))
                on_status(status, int(event.get("completed") or 0), int(event.get("total") or 0))
        if status != "success":
            raise OllamaRefused(f"Ollama stopped at “{status}”")


@cache
def certificates() -> ssl.SSLContext:
    """Whom to trust over HTTPS; reading that takes longer than all the rest of a call."""
    return httpx.create_ssl_context()


def trusts_environment(host: str) -> bool:
    """False for this machine itself: a proxy set for the Internet must not see what goes to 127.0.0.1."""
    name = urlsplit(host).hostname or ""
    try:
        return not ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name != "localhost"


def read_event(line: str) -> dict[str, Any]:
    """One line of a stream; raises OllamaRefused where it is an error or no JSON object."""
    try:
        event = json.loads(line)
    except ValueError as error:
        raise OllamaRefused("Ollama sent a line that is not JSON") from error
    if not isinstance(event, dict):
        raise OllamaRefused("Ollama sent a line that is not a JSON object")
    if event.get("error"):
        raise OllamaRefused(str(event["error"]), event.get("status"))
    return event


def checked(response: httpx.Response) -> httpx.Response:
    """The response, unless it is an error: its body must have been read by then."""
    if not response.is_error:
        return response
    try:
        message = str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        message = response.text[:200] or response.reason_phrase
    raise refusal(message, response.status_code)


def _object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object that an answer holds."""
    found = checked(response).json()
    if not isinstance(found, dict):
        raise OllamaRefused(NOT_OLLAMA) from ValueError("no JSON object")
    return found


def refusal(message: str, status: int | None) -> Exception:
    """The error for which Ollama's message and status stand."""
    if status == httpx.codes.NOT_FOUND and "model" in message:
        return OllamaModelMissing()
    return OllamaRefused(message, status)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what httpx and the package `ollama` raise into the errors of this module."""
    try:
        yield
    except ollama.ResponseError as error:
        raise refusal(error.error, error.status_code if error.status_code > 0 else None) from error
    except (httpx.TransportError, ConnectionError) as error:
        raise OllamaUnreachable() from error
    except (httpx.RequestError, httpx.InvalidURL, ValidationError, json.JSONDecodeError) as error:
        raise OllamaRefused(NOT_OLLAMA) from error


def _chunks(path: Path, size: int, on_progress: Progress) -> Iterator[bytes]:
    """The first `size` bytes of a file, which is all of it unless somebody writes to it."""
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(min(UPLOAD_BYTES, size - done)):
            yield chunk
            done += len(chunk)
            on_progress(done, size)
    if done < size:
        raise ImportProblem(f"{path} changed while it was sent")
