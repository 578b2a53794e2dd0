"""A stand-in for Hugging Face's hub that speaks its protocol over real HTTP.

`/api/models/X/revision/R` lists a model; `/X/resolve/R/FILE` answers small files itself and redirects for large ones to
a second server, as the hub does to its content network, which must not be shown the token.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1000


@dataclass
class HubModel:
    """A repository. `token`: the one that may read a gated model."""

    files: dict[str, bytes]
    commit: str = COMMIT
    token: str | None = None


@dataclass
class Asked:
    """A request that came in."""

    server: str
    method: str
    path: str
    headers: dict[str, str]

    @property
    def start(self) -> int:
        """The first byte asked for."""
        found = re.match(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(found[1]) if found else 0


@dataclass
class HubServer:
    """Both servers. `break_after` holds, for each following download, the bytes after which the line breaks.

    `gate`, if set, is called with the bytes sent of a large file so far, before each part of it.
    """

    models: dict[str, HubModel] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    break_after: list[int] = field(default_factory=list)
    damage: bool = False
    ranges: bool = True
    status: int | None = None
    gate: Callable[[int], None] | None = None

    def __enter__(self) -> HubServer:
        self._stack = ExitStack()
        hub, network = (self._serve(handler) for handler in (_HubHandler, _NetworkHandler))
        self.url, self.network_url = hub, network
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _serve(self, handler: type[_Handler]) -> str:
        server = _Server(("127.0.0.1", 0), type("Handler", (handler,), {"hub": self}))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self._stack.callback(server.server_close)
        self._stack.callback(thread.join)
        self._stack.callback(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    def downloads(self, path: str) -> list[Asked]:
        """The requests for the bytes of a file."""
        return [one for one in self.asked if one.method == "GET" and one.path.endswith(path)]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # the client went
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_name = ""
    hub: HubServer

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._take()

    def do_GET(self) -> None:
        self._take()

    def _take(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.asked.append(Asked(self.server_name, self.command, urlsplit(self.path).path, headers))
        if self.hub.status:
            self._answer(self.hub.status, b"")
        else:
            self._respond(unquote(urlsplit(self.path).path))

    def _respond(self, path: str) -> None:
        raise NotImplementedError

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _send_file(self, data: bytes, headers: dict[str, str]) -> None:
        found = re.match(r"bytes=(\d+)-$", self.headers.get("Range", "")) if self.hub.ranges else None
        start = int(found[1]) if found else 0
        if start >= len(data) > 0:
            self._answer(416, b"", Content_Range=f"bytes */{len(data)}")
            return
        self.send_response(206 if found else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        if found:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if self.command == "GET":
            self._send_body(data, start)

    def _send_body(self, data: bytes, start: int) -> None:
        large = len(data) >= LARGE
        end = start + self.hub.break_after.pop(0) if large and self.hub.break_after else len(data)
        if large and self.hub.damage:
            data = data[:-1] + bytes([data[-1] ^ 1])
        for position in range(start, min(end, len(data)), 65536):
            if large and self.hub.gate:
                self.hub.gate(position)
            self.wfile.write(data[position : min(position + 65536, end)])
        if end < len(data):
            self.close_connection = True
            self.wfile.flush()


class _HubHandler(_Handler):
    server_name = "hub"

    def _respond(self, path: str) -> None:
        listing = re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/([^/]+)", path)
        file = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        found = listing or file
        model = self.hub.models.get(found[1]) if found else None
        if found is None or model is None:
            self._refuse(401, "RepoNotFound", "Repository not found")
        elif found[2] not in ("main", model.commit):
            self._refuse(404, "RevisionNotFound", "Invalid rev id")
        elif listing:
            self._list(found[1], model)
        elif not self._may_read(model):
            pass
        elif file and file[3] in model.files:
            self._resolve(found[1], model, file[3])
        else:
            self._refuse(404, "EntryNotFound", "Entry not found")

    def _may_read(self, model: HubModel) -> bool:
        given = self.headers.get("Authorization")
        if model.token is None or given == f"Bearer {model.token}":
            return True
        if given:
            self._refuse(403, "GatedRepo", "You are not in the authorized list.")
        else:
            self._refuse(401, "GatedRepo", "Access to this model is restricted.")
        return False

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = json.dumps({"error": message}).encode()
        self._answer(status, body, X_Error_Code=code, X_Error_Message=message, Content_Type="application/json")

    def _list(self, name: str, model: HubModel) -> None:
        siblings = []
        for path, data in model.files.items():
            entry: dict[str, object] = {"rfilename": path, "size": len(data), "blobId": git_digest(data)}
            if len(data) >= LARGE:
                entry["lfs"] = {"sha256": sha256(data), "size": len(data), "pointerSize": 134}
            siblings.append(entry)
        body = {"_id": "1", "id": name, "sha": model.commit, "private": False, "gated": model.token is not None,
                "downloads": 1, "likes": 0, "tags": [], "siblings": siblings}  # fmt: skip
        self._answer(200, json.dumps(body).encode(), Content_Type="application/json")

    def _resolve(self, name: str, model: HubModel, path: str) -> None:
        data = model.files[path]
        if len(data) < LARGE:
            self._send_file(data, {"ETag": f'"{git_digest(data)}"', "X-Repo-Commit": model.commit})
            return
        location = f"{self.hub.network_url}/{name}/{path}?Signature=of-the-hub"
        linked = {"X_Linked_Etag": f'"{sha256(data)}"', "X_Linked_Size": str(len(data))}
        self._answer(302, b"", Location=location, X_Repo_Commit=model.commit, **linked)


class _NetworkHandler(_Handler):
    server_name = "network"

    def _respond(self, path: str) -> None:
        owner, name, file = path.removeprefix("/").split("/", 2)
        self._send_file(self.hub.models[f"{owner}/{name}"].files[file], {"ETag": '"of-the-network"'})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def git_digest(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def whisper_files(size: int = 3_000_000, seed: int = 1) -> dict[str, bytes]:
    """A repository with a Whisper model of random bytes, and what else lies in such repositories."""
    weights = hashlib.shake_128(bytes([seed])).digest(size)
    return {
        "model.bin": weights, "config.json": b"{}", "tokenizer.json": b"[1]" * 500, "vocabulary.json": b"[]",
        "README.md": b"# A model", ".gitattributes": b"*.bin filter=lfs", "picture.png": b"PNG" * 1000,
    }  # fmt: skip


def diarization_files(seed: int = 2) -> dict[str, bytes]:
    """A repository with a pyannote pipeline."""
    weights = hashlib.shake_128(bytes([seed])).digest(50_000)
    return {
        "config.yaml": b"pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n",
        "segmentation/pytorch_model.bin": weights, "embedding/pytorch_model.bin": weights[::-1],
        "plda/plda.npz": b"npz", "README.md": b"# Terms",
    }  # fmt: skip
