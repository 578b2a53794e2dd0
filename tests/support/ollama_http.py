"""The HTTP side of the stand-in for Ollama: JSON answers, streams of lines, errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.ollama_models import Body


class StandInHttpServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may disconnect at any time; anything else is a bug of the stand-in."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Refusal(Exception):
    """An error of the API: status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class JsonHandler(BaseHTTPRequestHandler):
    """Answers with JSON; a subclass has the routes."""

    protocol_version = "HTTP/1.1"

    def on_disconnect(self) -> None:
        """Called when the client disconnects during an answer."""

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""

    def _answer(self, route: Callable[[], None] | None) -> None:
        try:
            if route is None:
                raise Refusal(404, "404 page not found")
            route()
        except Refusal as error:
            self._json({"error": error.message}, error.status)
        except (BrokenPipeError, ConnectionResetError):
            self.on_disconnect()
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
