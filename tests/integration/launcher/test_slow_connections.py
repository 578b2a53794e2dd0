"""Connections that are slow, silent or half-sent, to the real web server. Pages must answer meanwhile."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from support.gunicorn_server import GunicornServer
from support.helpers import wait_until
from support.visitors import PASSWORD

import config
from core.accounts import api_keys, users
from core.database import schema

HEAD = b"Host: localhost\r\n"
#: How soon /healthz answers on a machine that has other work too, in seconds.
SOON = 2.0


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API key of an account on a fresh site."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("site")))
        patch.setenv("SECRET_KEY", "0123456789abcdef0123456789abcdef")
        patch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
        config.load.cache_clear()
        schema.upgrade()
        yield api_keys.create_api_key(users.create_user("alice@example.org", PASSWORD), "test")
    config.load.cache_clear()


@pytest.fixture(scope="module")
def server(key: str) -> Iterator[GunicornServer]:
    """The site as `make run` serves it."""
    with GunicornServer() as started:
        yield started


@pytest.fixture(scope="module")
def hurried(key: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """The site with limits of a second or two instead of 30 and 60."""
    configuration = tmp_path_factory.mktemp("hurried") / "configuration.py"
    configuration.write_text(
        "import sys\nsys.path.insert(0, '.')\n"
        "from launcher import paced_reader, web_worker\n"
        "web_worker.ARRIVAL_SECONDS = 2.0\npaced_reader.WINDOW_SECONDS, paced_reader.WINDOW_BYTES = 1.0, 200\n"
        "from launcher.gunicorn_conf import *\n"
    )
    with GunicornServer(configuration) as started:
        yield started


@pytest.fixture
def lines() -> Iterator[ExitStack]:
    """Closes connections at the end."""
    with ExitStack() as stack:
        yield stack


def connect(server: GunicornServer, lines: ExitStack, data: bytes = b"") -> socket.socket:
    line = lines.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
    line.sendall(data)
    return line


def seconds_of_health(server: GunicornServer) -> float:
    began = time.monotonic()
    with urlopen(f"{server.address}/healthz", timeout=30) as answer:  # noqa: S310 - our own address
        assert json.load(answer) == {"status": "ok"}
    return time.monotonic() - began


def upload_head(key: str, length: int | None) -> bytes:
    size = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    kind = b"Content-Type: multipart/form-data; boundary=frontier"
    return b"POST /api/v1/recordings HTTP/1.1\r\n%sAuthorization: Bearer %s\r\n%s\r\n%s\r\n\r\n" % (
        HEAD, key.encode(), kind, size,
    )  # fmt: skip


PART = b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="talk.wav"\r\n\r\n'
END = b"\r\n--frontier--\r\n"

FORM_HEAD = b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"

HALF_SENT = {
    "nothing": b"",
    "half a line": b"GET /heal",
    "half a head": b"GET /healthz HTTP/1.1\r\n" + HEAD,
    "half a form": FORM_HEAD + b"Content-Length: 100\r\n\r\nemail=",
    "half a large body": FORM_HEAD + b"Content-Length: 500000\r\n\r\nemail=",
    "half a chunk": FORM_HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nemail=",
    "an unread body": b"GET /healthz HTTP/1.1\r\n" + HEAD + b"Content-Length: 500000\r\n\r\nx",
    "a refused upload": upload_head("rr_nobody", 5_000_000) + PART,
    "a client that never closes": b"GET /healthz HTTP/1.0\r\n\r\n",
}


@pytest.mark.parametrize("data", HALF_SENT.values(), ids=HALF_SENT)
def test_200_half_sent_requests_do_not_hold_up_the_site(server: GunicornServer, lines: ExitStack, data: bytes) -> None:
    for _ in range(200):
        connect(server, lines, data)
    assert max(seconds_of_health(server) for _ in range(5)) < SOON


@pytest.mark.parametrize("length", [5_000_000, None])
def test_200_half_sent_uploads_do_not_hold_up_the_site(
    server: GunicornServer, lines: ExitStack, key: str, length: int | None
) -> None:
    for _ in range(200):
        connect(server, lines, upload_head(key, length) + (PART if length else b"ff\r\n"))
    assert max(seconds_of_health(server) for _ in range(5)) < SOON


def test_half_sent_requests_on_a_kept_connection_do_not_hold_up_the_site(
    server: GunicornServer, lines: ExitStack
) -> None:
    whole = b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n"
    for _ in range(200):
        line = connect(server, lines, whole)
        assert line.recv(100).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /healthz HTT")
    assert max(seconds_of_health(server) for _ in range(5)) < SOON


@pytest.mark.parametrize(
    "data", [b"GET /healthz HTTP/1.1\r\n" + HEAD, HALF_SENT["half a form"]], ids=["half a head", "half a form"]
)
def test_a_request_that_does_not_arrive_is_answered_and_closed(
    hurried: GunicornServer, lines: ExitStack, data: bytes
) -> None:
    answer = connect(hurried, lines, data).makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_head_that_trickles_in_is_given_up(hurried: GunicornServer, lines: ExitStack) -> None:
    line = connect(hurried, lines, b"GET /healthz HTTP/1.1\r\nX-Slow: ")
    line.settimeout(0.1)
    answer = b""

    def is_given_up() -> bool:
        nonlocal answer
        try:
            line.send(b"x")
            answer += line.recv(100)
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return bool(answer)

    wait_until(is_given_up, 20)
    assert answer.startswith(b"HTTP/1.1 408 ") or not answer


def test_a_head_without_an_end_is_refused(server: GunicornServer, lines: ExitStack) -> None:
    line = connect(server, lines, b"GET /healthz HTTP/1.1\r\nX-Long: " + b"x" * 70_000)
    assert line.makefile("rb").read().startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("is_chunked", [False, True])
def test_an_upload_that_hardly_moves_is_given_up(
    hurried: GunicornServer, lines: ExitStack, key: str, is_chunked: bool
) -> None:
    line = connect(hurried, lines, upload_head(key, None if is_chunked else 100_000))
    line.sendall((b"%x\r\n" % 99_000 if is_chunked else b"") + PART)
    line.settimeout(0.1)
    answer = b""

    def is_answered() -> bool:
        nonlocal answer
        try:
            line.send(b"x")
            answer += line.recv(10_000)
        except TimeoutError:
            return False
        return b"line_lost" in answer

    wait_until(is_answered, 20)
    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_slow_but_living_upload_takes_as_long_as_it_needs(
    hurried: GunicornServer, lines: ExitStack, key: str, is_chunked: bool
) -> None:
    body = PART + os.urandom(4000) + END
    line = connect(hurried, lines, upload_head(key, None if is_chunked else len(body)))
    began, line_is_quiet = time.monotonic(), 0.1
    line.settimeout(line_is_quiet)
    pieces = [body[place : place + 50] for place in range(0, len(body), 50)]
    sent = [b"%x\r\n%s\r\n" % (len(piece), piece) if is_chunked else piece for piece in pieces]
    for piece in sent[:-1]:  # 500 bytes a second, for eight times the limit
        line.sendall(piece)
        with pytest.raises(TimeoutError):
            line.recv(1)
    line.settimeout(30)
    line.sendall(sent[-1] + (b"0\r\n\r\n" if is_chunked else b""))
    assert time.monotonic() - began > 4
    assert line.recv(100).startswith(b"HTTP/1.1 201 ")


def test_a_client_that_only_stops_sending_gets_its_response(server: GunicornServer, lines: ExitStack) -> None:
    line = connect(server, lines, FORM_HEAD + b"Content-Length: 100\r\n\r\nemail=")
    line.shutdown(socket.SHUT_WR)
    assert line.makefile("rb").read().startswith(b"HTTP/1.1 4")


def test_requests_sent_at_once_are_all_answered(server: GunicornServer, lines: ExitStack) -> None:
    whole = b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n"
    last = b"GET /healthz HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"
    answers = connect(server, lines, whole * 5 + last).makefile("rb").read()
    assert answers.count(b"HTTP/1.1 200 ") == 6


def test_a_body_in_malformed_chunks_is_no_failure_of_the_server(server: GunicornServer, lines: ExitStack) -> None:
    line = connect(server, lines, FORM_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nemail=\r\n")
    assert line.makefile("rb").read().startswith(b"HTTP/1.1 4")


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(
    server: GunicornServer, lines: ExitStack, key: str
) -> None:
    body = PART + b"sound" + END
    head = upload_head(key, len(body)).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    line = connect(server, lines, head)
    assert line.recv(100).startswith(b"HTTP/1.1 100 ")
    line.sendall(body)
    assert line.recv(100).startswith(b"HTTP/1.1 201 ")


def test_a_stopping_server_does_not_wait_for_half_sent_requests(key: str, lines: ExitStack, tmp_path: Path) -> None:
    configuration = tmp_path / "patient.py"
    configuration.write_text(
        "import sys\nsys.path.insert(0, '.')\nfrom launcher.gunicorn_conf import *\ngraceful_timeout = 100\n"
    )
    with GunicornServer(configuration) as server:
        for _ in range(20):
            connect(server, lines, HALF_SENT["half a head"])
        assert seconds_of_health(server) < SOON
        assert server.stop() < 50


def test_more_connections_than_the_server_holds_do_not_stop_it(server: GunicornServer, lines: ExitStack) -> None:
    for _ in range(900):
        connect(server, lines, b"GET /heal")
    assert seconds_of_health(server) < SOON
