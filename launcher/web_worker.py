"""gunicorn's threaded worker, made safe against slow connections.

gunicorn gives each connection a thread that then waits for the client, so a few hundred half-sent requests stop the
site. Here the event loop receives every request, and a thread only gets one that it can serve without waiting. Requests
with large bodies, which are written to disk as they arrive, have threads of their own. So pages and health checks
answer, whatever connections do.
"""

from __future__ import annotations

import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.errors import ConfigError
from gunicorn.workers.gthread import TConn, ThreadWorker

from launcher.arriving_request import Arrival, look_at
from launcher.paced_reader import BodyReader, PacedReader

#: A request's head must arrive within so many seconds; for so long, a small body is waited for without a thread.
ARRIVAL_SECONDS = 30.0
#: Large bodies received at the same time by one worker process.
BODY_THREADS = 64
#: How long, in seconds, and for how many bytes a connection that is given up stays open, so that the client can read
#: the response while it is still sending.
LINGER_SECONDS = 2.0
LINGER_BYTES = 8 * 1024**2
#: How long to wait for the rest of a body that was not read, before the connection is closed, in seconds.
_REST_SECONDS = 0.1
#: A client that reads nothing of its response for so long is gone, in milliseconds.
_UNREAD_MILLISECONDS = 60_000
_RECEIVE_BYTES = 64 * 1024


@dataclass(slots=True)
class _Waiting:
    """A connection that the event loop reads: what it received, and until when it may go on."""

    deadline: float
    received: bytearray = field(default_factory=bytearray)


class WebWorker(ThreadWorker):
    """A worker process of the site."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._body_pool = ThreadPoolExecutor(BODY_THREADS)
        # oldest first: all of a kind wait equally long
        self._arriving: dict[TConn, _Waiting] = {}
        self._leaving: dict[TConn, _Waiting] = {}

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Raises ConfigError for HTTPS, which is left to a reverse proxy."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise ConfigError("this server speaks plain HTTP; let a reverse proxy add HTTPS")

    def enqueue_req(self, conn: TConn) -> None:
        """Receive the next request of a connection that is new or has become readable."""
        if len(self._arriving) >= self.worker_connections // 2:
            self._drop(next(iter(self._arriving)))  # the one that has kept us waiting longest
        conn.sock.setblocking(False)
        waiting = self._arriving[conn] = _Waiting(time.monotonic() + ARRIVAL_SECONDS)
        self.poller.register(conn.sock, EVENT_READ, partial(self._receive, conn))
        if conn.parser is None:
            _notice_deaf_client(conn.sock)
        else:
            waiting.received += conn.parser.unreader.take_buffered()
            self._consider(conn)

    def _receive(self, conn: TConn, _socket: Any) -> None:
        try:
            data = conn.sock.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if conn in self._arriving:  # else dropped a moment ago
            self._arriving[conn].received += data
            self._consider(conn, is_over=not data)

    def _consider(self, conn: TConn, is_over: bool = False) -> None:
        arrival = look_at(bytes(self._arriving[conn].received), is_over)
        if arrival is Arrival.COMPLETE:
            self._serve(conn, self.tpool)
        elif arrival is Arrival.BODY_FOLLOWS:
            self._serve(conn, self._body_pool)
        elif arrival is Arrival.TOO_LONG:
            self._refuse(conn, "431 Request Header Fields Too Large")
        elif is_over:
            self._drop(conn)

    def handle_request(self, req: Any, conn: TConn) -> object:
        """Serve a request. Whatever breaks its body is an OSError for the application."""
        req.body.reader = BodyReader(req.body.reader)
        return super().handle_request(req, conn)

    def _serve(self, conn: TConn, pool: ThreadPoolExecutor) -> None:
        received = self._stop_waiting(conn)
        conn.init()
        conn.parser.unreader = PacedReader(conn.sock)
        conn.parser.unreader.unread(bytes(received))
        served = pool.submit(self.handle, conn)
        served.add_done_callback(lambda future: self.method_queue.defer(self.finish_request, conn, future))

    def _keepalive_after(self, conn: TConn, keepalive: object) -> bool:
        return bool(keepalive) and bool(conn.parser.finish_body(deadline=time.monotonic() + _REST_SECONDS))

    def finish_request(self, conn: TConn, fs: Future[object]) -> None:
        """Keep the connection for its next request, or say goodbye."""
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
        else:
            self._say_goodbye(conn)

    def _refuse(self, conn: TConn, status: str) -> None:
        self._stop_waiting(conn)
        with suppress(OSError):  # the client may be gone
            conn.sock.send(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
        self._say_goodbye(conn)

    def _say_goodbye(self, conn: TConn) -> None:
        """Close our side, and wait a moment for the client to do so too: else it may lose the response."""
        if not self.alive:
            self._close(conn)
            return
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:  # the client was quicker
            self._close(conn)
            return
        self._leaving[conn] = _Waiting(time.monotonic() + LINGER_SECONDS)
        self.poller.register(conn.sock, EVENT_READ, partial(self._discard, conn, [0]))

    def _discard(self, conn: TConn, count: list[int], _socket: Any) -> None:
        try:
            data = conn.sock.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        count[0] += len(data)
        if not data or count[0] > LINGER_BYTES:
            self._drop(conn)

    def murder_pending(self) -> None:
        """Give up the connections whose time is over. gunicorn calls this at least once a second."""
        now = time.monotonic()
        for conn in [conn for conn, waiting in self._arriving.items() if waiting.deadline <= now]:
            received = bytes(self._arriving[conn].received)
            if look_at(received, is_over=True) is Arrival.COMPLETE:
                self._serve(conn, self._body_pool)  # a small body over a slow connection
            elif received:
                self._refuse(conn, "408 Request Timeout")
            else:
                self._drop(conn)
        for conn in [conn for conn, waiting in self._leaving.items() if waiting.deadline <= now]:
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """A worker that stops waits for nobody beyond `deadline`."""
        super()._cap_keepalive(deadline)
        for waiting in self._arriving.values():
            waiting.deadline = min(waiting.deadline, deadline)

    def _drop(self, conn: TConn) -> None:
        self._stop_waiting(conn)
        self._close(conn)

    def _stop_waiting(self, conn: TConn) -> bytearray:
        self.poller.unregister(conn.sock)
        waiting = self._arriving.pop(conn, None) or self._leaving.pop(conn)
        return waiting.received

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Stop at once."""
        self._body_pool.shutdown(wait=False)
        super().handle_quit(sig, frame)


def _notice_deaf_client(connection: socket.socket) -> None:
    """Let the kernel give up a client that does not read its response (Linux)."""
    if hasattr(socket, "TCP_USER_TIMEOUT") and connection.family != socket.AF_UNIX:
        with suppress(OSError):  # gone already
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MILLISECONDS)
