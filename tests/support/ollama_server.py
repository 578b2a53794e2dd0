"""A stand-in for Ollama: its protocol over a real socket, with answers and failures as a test scripts them.

It keeps blobs and models, checks digests, and cuts a prompt that is too long to about half the window without a word,
unless the request says `"shift": false`: then it refuses, as Ollama does since 0.12.6.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from support.ollama_memory import Memory
from support.ollama_models import Body, Model, creating, find_model, full_name, listed, refused_before, shown
from support.ollama_tokens import Reading

__all__ = ["Body", "Model", "OllamaServer", "Reply", "Script", "full_name", "prompt_of", "says"]


@dataclass
class Reply:
    """What the server does with one chat.

    `pieces` are streamed one by one, `pause` seconds apart. With `status` it is an HTTP error of that number, with
    `late_error` an error line under HTTP 200; with `breaks_off` the connection ends after the pieces. `raw` are bytes
    sent as they are after the pieces; `page` is a whole HTTP answer of another server: status, type and body. The
    stream is cut anew every `cut` bytes.
    """

    pieces: Iterable[str] = ()
    done_reason: str = "stop"
    pause: float = 0.0
    first_pause: float = 0.0
    status: int | None = None
    late_error: str | None = None
    breaks_off: bool = False
    raw: bytes | Iterable[bytes] = b""
    page: tuple[int, str, bytes] | None = None
    cut: int = 0


Script = Callable[[Body], Reply]


def says(value: Any, **more: Any) -> Reply:
    """A reply with this text, or this value as JSON, in a few pieces."""
    text = value if isinstance(value, str) else json.dumps(value)
    step = max(1, len(text) // 5)
    return Reply(tuple(text[at : at + step] for at in range(0, len(text), step)), **more)


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
        self.script: Script = lambda body: says("hello")
        self._http = _Http(("127.0.0.1", port), _handler(self))
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

    @property
    def running(self) -> dict[str, int]:
        """The loaded models with their windows."""
        return {name: one.window for name, one in self.memory.loaded.items()}

    def plays(self, *replies: Reply) -> None:
        """Answer chats with these replies in order; the last one stays."""
        left = list(replies)
        self.script = lambda body: left.pop(0) if len(left) > 1 else left[0]


def prompt_of(body: Body) -> str:
    """All that the model would read."""
    return "".join(str(one["content"]) for one in body["messages"])


class _Http(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may hang up when they like; anything else is a fault of the stand-in."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Refusal(Exception):
    """An error of the API: status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def _handler(server: OllamaServer) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"ollama": server})


class _Handler(BaseHTTPRequestHandler):
    ollama: OllamaServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Tests speak for themselves."""

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

    def _answer(self, route: Callable[[], None] | None) -> None:
        try:
            if route is None:
                raise Refusal(404, "404 page not found")
            route()
        except Refusal as error:
            self._json({"error": error.message}, error.status)
        except (BrokenPipeError, ConnectionResetError):
            self.ollama.disconnected.set()
            self.close_connection = True

    def _json(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _lines(self, events: Iterator[Any]) -> None:
        """Newline-delimited JSON in chunks, as Ollama streams. The headers go out with the first line."""
        begun = False
        for event in events:
            if not begun:
                self.send_response(200)
                self.send_header("Content-Type", "application/x-ndjson")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                begun = True
            data = event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n"
            if not data:  # an empty chunk would end the stream
                continue
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        if not self.close_connection:
            self.wfile.write(b"0\r\n\r\n")

    def _page(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> Body:
        body: Body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        return body

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
        if body.get("stream") is False:
            self._json(_done(name, read, reply, "".join(reply.pieces)))
        else:
            self._lines(_cut(self._chatting(name, read, reply), reply.cut))
        if body.get("keep_alive") in (0, "0"):
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
            yield _done(name, read, reply, "")


def _cut(events: Iterator[Any], size: int) -> Iterator[Any]:
    """The same stream in pieces of so many bytes, wherever its lines end; 0: as it is."""
    if not size:
        yield from events
        return
    data = b"".join(event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n" for event in events)
    yield from (data[at : at + size] for at in range(0, len(data), size))


def _done(name: str, read: int, reply: Reply, content: str) -> Body:
    return {
        "model": name,
        "created_at": "2026-01-02T03:04:05Z",
        "message": {"role": "assistant", "content": content},
        "done": True,
        "done_reason": reply.done_reason,
        "total_duration": 1,
        "load_duration": 1,
        "prompt_eval_count": read,
        "prompt_eval_duration": 1,
        "eval_count": len(tuple(reply.pieces)),
        "eval_duration": 1,
    }
