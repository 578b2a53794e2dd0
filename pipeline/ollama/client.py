"""A thin client of one Ollama server.

The package `ollama` asks what is installed and running. The rest goes through httpx, because version 0.6.3 of that
package has no version call, uploads without asking first, without progress and without resuming, leaves fields out of
create (`renderer`, `parser`, `requires`), of chat (`shift`) and of show (`system`), and knows one timeout only.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
import ollama
from pydantic import ValidationError

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.errors import OllamaRefused

UPLOAD_BYTES = 1 << 20
Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model of the server; `digest` is that of its manifest, `size` in bytes."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the server knows of a model. `window` is the number of tokens it was trained for, None where unknown."""

    window: int | None
    capabilities: frozenset[str] | None
    family: str
    template: str
    system: str
    parameters: dict[str, Any]

    @property
    def can_chat(self) -> bool:
        """Servers before 0.6.4 list no capabilities; there, all but the families of embedding models can."""
        if self.capabilities is not None:
            return "completion" in self.capabilities
        return "bert" not in self.family

    @property
    def can_think(self) -> bool:
        return self.capabilities is not None and "thinking" in self.capabilities


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A loaded model: the window that was really allocated, its bytes in all and on the GPU."""

    name: str
    window: int
    size: int
    size_vram: int


class OllamaClient:
    """Calls that take moments. Raises OllamaUnreachable, OllamaModelMissing and OllamaRefused."""

    def __init__(self, host: str, *, connect_seconds: float = 5.0, answer_seconds: float = 30.0) -> None:
        self.host = host
        timeout = httpx.Timeout(answer_seconds, connect=connect_seconds)
        trust = trusts_environment(host)
        self._http = httpx.Client(base_url=host, timeout=timeout, trust_env=trust)
        self._official = ollama.Client(host=host, timeout=timeout, trust_env=trust)

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
            return str(checked(self._http.get("/api/version")).json().get("version", ""))

    def models(self) -> list[InstalledModel]:
        """All installed models, the one changed last first."""
        with translated_errors():
            found = self._official.list().models
        return [InstalledModel(one.model or "", one.digest or "", int(one.size or 0)) for one in found]

    def find(self, name: str) -> InstalledModel | None:
        """The installed model of this name; "recap" means "recap:latest", as everywhere in Ollama."""
        wanted = full_name(name)
        return next((one for one in self.models() if full_name(one.name) == wanted), None)

    def show(self, name: str) -> ModelCard:
        """What the server knows of a model."""
        with translated_errors():
            answer = checked(self._http.post("/api/show", json={"model": name})).json()
        info = answer.get("model_info") or {}
        window = info.get(f"{info.get('general.architecture')}.context_length")
        capabilities = answer.get("capabilities")
        return ModelCard(
            window=int(window) if window else None,
            capabilities=frozenset(capabilities) if capabilities is not None else None,
            family=str((answer.get("details") or {}).get("family") or ""),
            template=str(answer.get("template") or ""),
            system=str(answer.get("system") or ""),
            parameters=read_parameters(str(answer.get("parameters") or "")),
        )

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

    def has_blob(self, digest: str) -> bool:
        """Whether the server has the file of this digest ("sha256:...")."""
        with translated_errors():
            response = self._http.head(f"/api/blobs/{digest}")
            if response.status_code == httpx.codes.NOT_FOUND:
                return False
            checked(response)
            return True

    def upload_blob(self, path: Path, digest: str, on_progress: Progress) -> None:
        """Send a file unless it is there; streamed, so memory does not grow with it."""
        if self.has_blob(digest):
            return
        size = path.stat().st_size
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        try:
            with translated_errors():
                body = _chunks(path, size, on_progress)
                # the server hashes a large file after the last byte: give it time
                checked(self._http.post(f"/api/blobs/{digest}", content=body, headers=headers, timeout=600.0))
        except OllamaUnreachable:
            # who sent the same file meanwhile makes the server answer, and hang up, before it has read ours
            if not self.has_blob(digest):
                raise

    def create(self, body: dict[str, Any], on_status: Callable[[str], None]) -> None:
        """Make a model of uploaded files; errors count wherever in the stream they come, though HTTP says 200."""
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
                on_status(status)
        if status != "success":
            raise OllamaRefused(f"Ollama stopped at “{status}”")


def read_parameters(text: str) -> dict[str, Any]:
    """The parameters of `show`, a line each: name, blanks, and the value nearly as in JSON; `stop` may come often."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        name, _, written = line.strip().partition(" ")
        try:
            value = json.loads(written)
        except ValueError:
            value = written.strip().strip('"')
        if name == "stop":
            found.setdefault(name, []).append(value)
        elif name:
            found[name] = value
    return found


def full_name(name: str) -> str:
    """A model's name with its tag."""
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"


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
    raise _refusal(message, response.status_code)


def _refusal(message: str, status: int | None) -> Exception:
    if status == httpx.codes.NOT_FOUND and "model" in message:
        return OllamaModelMissing()
    return OllamaRefused(message, status)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what httpx and the package `ollama` raise into the errors of this module."""
    try:
        yield
    except ollama.ResponseError as error:
        raise _refusal(error.error, error.status_code if error.status_code > 0 else None) from error
    except (httpx.TransportError, ConnectionError) as error:
        raise OllamaUnreachable() from error
    except (httpx.RequestError, httpx.InvalidURL, ValidationError, json.JSONDecodeError) as error:
        raise OllamaRefused("what answers at OLLAMA_HOST does not speak like Ollama") from error


def _chunks(path: Path, size: int, on_progress: Progress) -> Iterator[bytes]:
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(UPLOAD_BYTES):
            yield chunk
            done += len(chunk)
            on_progress(done, size)
