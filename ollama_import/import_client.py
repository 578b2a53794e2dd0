"""The calls to Ollama that an import needs: uploads, create and a trial chat."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from ollama_import.errors import ImportProblem
from pipeline.errors import OllamaUnreachable
from pipeline.ollama.client import OllamaClient, checked, json_object, translated_errors
from pipeline.ollama.errors import OllamaRefused

UPLOAD_BYTES = 1 << 20
WATCHWORD = "amber"
Progress = Callable[[int, int], None]
"""Called with the bytes done and the total."""


class ImportClient(OllamaClient):
    """A client that can also create models. Raises OllamaUnreachable, OllamaModelMissing and OllamaRefused."""

    def try_chat(self, name: str, *, can_think: bool = False, seconds: float = 600.0) -> bool:
        """Load a model with a small window, let it answer a few words, and unload it; returns whether it obeys.

        Its system message asks for a word that nobody says otherwise, so a model that says it was given that message.
        `seconds` limits the time to load and answer. Raises OllamaRefused if the answer is empty.
        """
        system = f"Whatever the user says, answer with the single word {WATCHWORD} and nothing else."
        body = {
            "model": name,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": "Say hello."}],
            "stream": False,
            "keep_alive": 0,
            "options": {"num_ctx": 2048, "num_predict": 48, "temperature": 0},
            **({"think": False} if can_think else {}),
        }
        with translated_errors():
            answer = json_object(self._http.post("/api/chat", json=body, timeout=httpx.Timeout(seconds, connect=5.0)))
        if answer.get("error"):
            raise OllamaRefused(str(answer["error"]))
        message = answer.get("message") or {}
        said = f"{message.get('content') or ''} {message.get('thinking') or ''}"
        if not said.strip():
            raise OllamaRefused("the model gives an empty answer")
        return WATCHWORD in said.lower()

    def has_blob(self, digest: str) -> bool:
        """Whether the server has the file with this digest ("sha256:...")."""
        with translated_errors():
            response = self._http.head(f"/api/blobs/{digest}")
            if response.status_code == httpx.codes.NOT_FOUND:
                return False
            checked(response)
            return True

    def upload_blob(self, path: Path, digest: str, on_progress: Progress) -> None:
        """Upload a file, unless the server has it; streamed, in constant memory.

        Raises ImportProblem if the file changes meanwhile, and OSError.
        """
        if self.has_blob(digest):
            return
        size = path.stat().st_size
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        try:
            with translated_errors():
                body = _chunks(path, size, on_progress)
                # slow disks of the server delay both the upload and the answer
                checked(self._http.post(f"/api/blobs/{digest}", content=body, headers=headers, timeout=600.0))
        except OllamaUnreachable:
            # if another client has uploaded the same file meanwhile, the server answers and hangs up early
            if not self.has_blob(digest):
                raise

    def create(self, body: dict[str, Any], on_status: Callable[[str, int, int], None]) -> None:
        """Create a model from uploaded files. Errors in the stream count although the HTTP status is 200.

        `on_status` is called with Ollama's status, the bytes done and the total, 0 if unknown.
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
                event = _read_event(line)
                status = str(event.get("status", status))
                on_status(status, int(event.get("completed") or 0), int(event.get("total") or 0))
        if status != "success":
            raise OllamaRefused(f"Ollama stopped at “{status}”")


def _read_event(line: str) -> dict[str, Any]:
    """One line of a stream. Raises OllamaRefused if it is an error or not a JSON object."""
    try:
        event = json.loads(line)
    except ValueError as error:
        raise OllamaRefused("Ollama sent a line that is not JSON") from error
    if not isinstance(event, dict):
        raise OllamaRefused("Ollama sent a line that is not a JSON object")
    if event.get("error"):
        raise OllamaRefused(str(event["error"]), event.get("status"))
    return event


def _chunks(path: Path, size: int, on_progress: Progress) -> Iterator[bytes]:
    """The first `size` bytes of a file: all of it, unless it is being written."""
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(min(UPLOAD_BYTES, size - done)):
            yield chunk
            done += len(chunk)
            on_progress(done, size)
    if done < size:
        raise ImportProblem(f"{path} changed during the upload")
