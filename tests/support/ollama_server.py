"""A stand-in for Ollama: its protocol over a real socket, with answers and failures as a test scripts them.

It keeps blobs and models, checks digests, and cuts a prompt that is too long to about half the window without a word,
unless the request says `"shift": false`: then it refuses, as Ollama does since 0.12.6.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any

from support.ollama_http import JsonHandler, Refusal, StandInHttpServer
from support.ollama_memory import Memory
from support.ollama_models import PLAIN, Body, Model, creating, find_model, full_name, listed, refused_before, shown
from support.ollama_replies import Reply, Script, done_event, prompt_of, says, split_stream
from support.ollama_tokens import Reading

__all__ = ["Body", "Model", "OllamaServer", "Reply", "Script", "full_name", "prompt_of", "says"]


class OllamaServer:
    """The server; a context manager. `chats` are the bodies of all chats so far, `host` is its address.

    Of each blob the first `keeps_blob_bytes` are kept. `breaks_uploads` is how many uploads still break in the middle;
    while `uploads_go_on` is not set, all stand still.
    """

    def __init__(self, *models: Model, version: str = "0.12.6", port: int = 0) -> None:
        self.models = {full_name(one.name): one for one in models}
        self.version = version
        self.knows_shift = True
        self.reading = Reading()
        self.blobs: dict[str, bytes] = {}
        self.blob_sizes: dict[str, int] = {}
        self.keeps_blob_bytes = 64 << 20
        self.uploads: list[str] = []
        self.creates: list[Body] = []
        self.chats: list[Body] = []
        self.memory = Memory()
        self.disconnected = threading.Event()
        self.create_error: str | None = None
        self.breaks_uploads = 0
        self.uploads_go_on = threading.Event()
        self.uploads_go_on.set()
        self.script: Script = self.obey
        self._http = StandInHttpServer(("127.0.0.1", port), _handler(self))
        self._http.daemon_threads = True
        self.host = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> OllamaServer:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    def obey(self, body: Body) -> Reply:
        """Say hello, or the word that the system message asks for, where the model's template passes that on."""
        told = [one["content"] for one in body["messages"] if one["role"] == "system"]
        found = find_model(self.models, body["model"])
        asked = re.search(r"the single word (\w+)", told[-1]) if told and found and found.template != PLAIN else None
        return says(asked[1] if asked else "hello")

    @property
    def running(self) -> dict[str, int]:
        """The loaded models with their windows."""
        return {name: one.window for name, one in self.memory.loaded.items()}

    def plays(self, *replies: Reply) -> None:
        """Answer chats with these replies in order; the last one stays."""
        left = list(replies)
        self.script = lambda body: left.pop(0) if len(left) > 1 else left[0]


def _handler(server: OllamaServer) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"ollama": server})


class _Handler(JsonHandler):
    ollama: OllamaServer

    def on_disconnect(self) -> None:
        self.ollama.disconnected.set()

    def do_GET(self) -> None:
        routes = {"/api/version": self._version, "/api/tags": self._tags, "/api/ps": self._ps}
        self._answer(routes.get(self.path))

    def do_HEAD(self) -> None:
        digest = self._digest()
        self.send_response(400 if digest is None else 200 if digest in self.ollama.blobs else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_DELETE(self) -> None:
        self._answer({"/api/delete": self._delete}.get(self.path))

    def do_POST(self) -> None:
        if self.path.startswith("/api/blobs/"):
            self._answer(self._blob)
            return
        routes = {"/api/show": self._show, "/api/create": self._create, "/api/chat": self._chat}
        self._answer(routes.get(self.path))

    def _version(self) -> None:
        self._json({"version": self.ollama.version})

    def _tags(self) -> None:
        models = [listed(one) | {"modified_at": "2026-01-02T03:04:05Z"} for one in self.ollama.models.values()]
        self._json({"models": models})

    def _ps(self) -> None:
        models = [
            listed(self._model(name))
            | {"size": one.size, "size_vram": one.size_vram, "context_length": one.window}
            | {"expires_at": "2026-01-02T03:04:05Z"}
            for name, one in self.ollama.memory.loaded.items()
        ]
        self._json({"models": models})

    def _show(self) -> None:
        one = self._model(self._body()["model"])
        if one.damage:
            raise Refusal(500, one.damage)
        self._json(shown(one))

    def _delete(self) -> None:
        del self.ollama.models[full_name(self._model(self._body()["model"]).name)]
        self._json({})

    def _model(self, name: str) -> Model:
        found = find_model(self.ollama.models, name)
        if found is None:
            raise Refusal(404, f"model '{name}' not found")
        return found

    def _digest(self) -> str | None:
        digest = self.path.removeprefix("/api/blobs/")
        kind, _, value = digest.partition(":")
        return digest if kind == "sha256" and len(value) == 64 else None

    def _blob(self) -> None:
        digest = self._digest()
        length = int(self.headers.get("Content-Length", 0))
        if digest is None:
            self.rfile.read(length)
            raise Refusal(400, "invalid digest format")
        if digest in self.ollama.blobs:
            # answered before the body is read, and then the connection is of no more use
            self.close_connection = True
            self._json({})
            return
        self.ollama.uploads.append(digest)
        actual, data = self._receive(length)
        if data is None:
            self.close_connection = True
            return
        if actual != digest:
            raise Refusal(400, f"digest mismatch, expected {digest!r}, got {actual!r}")
        self.ollama.blobs[digest] = data
        self.ollama.blob_sizes[digest] = length
        self._json({}, 201)

    def _receive(self, length: int) -> tuple[str, bytes | None]:
        """The digest of a body and its beginning; None where it breaks off."""
        breaks_at = length // 2 if self.ollama.breaks_uploads else -1
        self.ollama.breaks_uploads -= breaks_at >= 0
        digest, kept, left = hashlib.sha256(), bytearray(), length
        while left:
            data = self.rfile.read(min(left, 1 << 20))
            if not data or 0 <= breaks_at < length - left + len(data):
                return "", None
            digest.update(data)
            kept += data[: self.ollama.keeps_blob_bytes - len(kept)]
            left -= len(data)
            self.ollama.uploads_go_on.wait(60)
        return f"sha256:{digest.hexdigest()}", bytes(kept)

    def _create(self) -> None:
        body = self._body()
        self.ollama.creates.append(body)
        refused = refused_before(body)
        if refused:
            raise Refusal(400, refused)
        events = list(self._creating(body))
        # what goes wrong before the first line is told by HTTP, later it is too late for that
        if "error" in events[0] or (body.get("stream") is False and "error" in events[-1]):
            raise Refusal(int(events[-1].get("status", 500)), str(events[-1]["error"]))
        if body.get("stream") is False:
            self._json(events[-1])
        else:
            self._lines(iter(events))

    def _creating(self, body: Body) -> Iterator[Body]:
        """The lines up to the first error."""
        for event in creating(body, self.ollama.models, self.ollama.blobs, self.ollama.version):
            if event.get("status") == "success" and body.get("files"):
                made = self._model(body["model"])
                made.size = sum(self.ollama.blob_sizes.get(digest, 0) for digest in body["files"].values())
            if self.ollama.create_error and event.get("status") == "writing manifest":
                event = {"error": self.ollama.create_error}
            yield event
            if "error" in event:
                return

    def _chat(self) -> None:
        body = self._body()
        name = full_name(body["model"])
        self._model(name)
        if not body.get("messages"):
            if body.get("keep_alive") == 0:
                self.ollama.memory.unload(name)
            reason = "unload" if body.get("keep_alive") == 0 else "load"
            self._json(
                {"model": name, "message": {"role": "assistant", "content": ""}, "done": True} | {"done_reason": reason}
            )
            return
        self.ollama.chats.append(body)
        read = self._read_tokens(body)
        reply = self.ollama.script(body)
        if reply.status is not None:
            raise Refusal(
                reply.status, reply.late_error or "server busy, please try again.  maximum pending requests exceeded"
            )
        if reply.page is not None:
            self._page(*reply.page)
            return
        unloads = body.get("keep_alive") in (0, "0")
        if body.get("stream") is False:
            if unloads:  # before the answer, so that a test sees it at once
                self.ollama.memory.unload(name)
            self._json(done_event(name, read, reply, "".join(reply.pieces)))
            return
        self._lines(split_stream(self._chatting(name, read, reply), reply.cut))
        if unloads:
            self.ollama.memory.unload(name)

    def _read_tokens(self, body: Body) -> int:
        """How many tokens the model gets to see; refuses a prompt that is too long where it is told to."""
        model = self._model(body["model"])
        window: int = min(body.get("options", {}).get("num_ctx", 4096), model.window)
        self.ollama.memory.load(full_name(model.name), window, model.size + model.bytes_per_token * window)
        tokens = self.ollama.reading.tokens_read(prompt_of(body), window)
        if tokens is not None:
            return tokens
        if self.ollama.knows_shift and body.get("shift") is False:
            raise Refusal(
                400,
                "the prompt is longer than the context length currently available to the model; shorten the prompt, "
                "or raise the context length",
            )
        return self.ollama.reading.tokens_left(window)

    def _chatting(self, name: str, read: int, reply: Reply) -> Iterator[Any]:
        time.sleep(reply.first_pause)
        for piece in reply.pieces:
            yield {"model": name, "message": {"role": "assistant", "content": piece}, "done": False}
            time.sleep(reply.pause)
        yield from [reply.raw] if isinstance(reply.raw, bytes) else reply.raw
        if reply.breaks_off:
            self.close_connection = True
        elif reply.late_error:
            yield {"error": reply.late_error}
        else:
            yield done_event(name, read, reply, "")
