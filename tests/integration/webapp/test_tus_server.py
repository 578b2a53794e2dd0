"""Uploads over real lines that break, to a real gunicorn that is killed."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from support.gunicorn_server import GunicornServer
from support.helpers import wait_until
from support.tus_visitors import OCTETS
from support.visitors import PASSWORD, stored_files

import config
from core.accounts import api_keys, users
from core.recordings import queries
from core.storage.store import file_store

MEGABYTE = 1_000_000
SOUND = bytes(range(251)) * (8 * MEGABYTE // 251)


@pytest.fixture
def key(sqlite: str, settings_of: Callable[..., config.Settings]) -> str:
    """The API key of an account on a site for files of up to 300 MB."""
    settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef", MAX_UPLOAD_BYTES=300 * MEGABYTE)
    return api_keys.create_api_key(users.create_user("alice@example.org", PASSWORD), "test")


@pytest.fixture
def server(key: str) -> Iterator[GunicornServer]:
    """The site."""
    with GunicornServer() as started:
        yield started


class Client:
    """Speaks tus over a real line."""

    def __init__(self, server: GunicornServer, key: str) -> None:
        self.server = server
        self.headers = {"Authorization": f"Bearer {key}", "Tus-Resumable": "1.0.0"}
        self.lines = ExitStack()

    def call(self, method: str, path: str, body: object = None, **headers: str) -> http.client.HTTPResponse:
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)) as line:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            chunked = "Transfer-Encoding" in named
            line.request(method, path, body, self.headers | named, encode_chunked=chunked)  # type: ignore[arg-type]
            answer = line.getresponse()
            answer.body = answer.read()  # type: ignore[attr-defined]
            return answer

    def begin(self, length: int) -> str:
        return self.call("POST", "/files/", Upload_Length=str(length)).headers["Location"]

    def offset(self, path: str) -> int:
        return int(self.call("HEAD", path).headers["Upload-Offset"])

    def patch(self, path: str, offset: int, body: object, **headers: str) -> http.client.HTTPResponse:
        return self.call("PATCH", path, body, Upload_Offset=str(offset), Content_Type=OCTETS, **headers)

    def start_patch(self, path: str, offset: int, length: int) -> socket.socket:
        """Send the head of a request that announces `length` bytes."""
        line = self.lines.enter_context(socket.create_connection(("127.0.0.1", self.server.port), timeout=30))
        given = self.headers | {"Upload-Offset": str(offset), "Content-Type": OCTETS, "Content-Length": str(length)}
        head = [f"PATCH {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in given.items())]
        line.sendall("\r\n".join([*head, "", ""]).encode())
        return line


@pytest.fixture
def client(server: GunicornServer, key: str) -> Iterator[Client]:
    """The owner's program."""
    client = Client(server, key)
    with client.lines:
        yield client


def check_complete(path: str, sound: bytes, answer: http.client.HTTPResponse) -> None:
    """The upload is one recording with exactly these bytes."""
    made = answer.headers["Upload-Recording"]
    found = queries.get(made)
    assert found is not None
    assert found.sha256 == hashlib.sha256(sound).hexdigest()
    folder = config.load().data_dir
    assert stored_files(folder) == [folder / "recordings" / made]
    assert hashlib.sha256(stored_files(folder)[0].read_bytes()).hexdigest() == found.sha256


def reset(line: socket.socket) -> None:
    """Break a line off without a farewell."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


@pytest.mark.parametrize("end", [socket.socket.close, reset])
def test_a_line_that_breaks_keeps_the_bytes(client: Client, end: Callable[[socket.socket], None]) -> None:
    path, sent = client.begin(len(SOUND)), 3 * MEGABYTE
    line = client.start_patch(path, 0, len(SOUND))
    line.sendall(SOUND[:sent])
    wait_until(lambda: client.offset(path) > sent - 2 * 65536)
    end(line)
    there = client.offset(path)
    assert sent - 2 * 65536 < there <= sent
    wait_until(lambda: client.patch(path, client.offset(path), b"").status == 204)
    there = client.offset(path)
    check_complete(path, SOUND, client.patch(path, there, SOUND[there:]))


def test_a_server_that_is_killed_keeps_the_bytes(client: Client, server: GunicornServer) -> None:
    path, sent = client.begin(len(SOUND)), 3 * MEGABYTE
    line = client.start_patch(path, 0, len(SOUND))
    line.sendall(SOUND[:sent])
    wait_until(lambda: client.offset(path) > sent - 2 * 65536)
    before = client.offset(path)
    server.kill()
    server.start()
    there = client.offset(path)
    assert there >= before
    check_complete(path, SOUND, client.patch(path, there, SOUND[there:]))


def test_of_two_who_send_at_once_one_is_turned_away(client: Client) -> None:
    length = 20 * MEGABYTE
    path = client.begin(length)
    answers: dict[bytes, int] = {}

    def send(letter: bytes) -> None:
        try:
            answers[letter] = client.patch(path, 0, letter * length).status
        except OSError:
            answers[letter] = 409  # the answer overtook the body

    threads = [threading.Thread(target=send, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [204, 409]
    winner = next(letter for letter, status in answers.items() if status == 204)
    check_complete(path, winner * length, client.call("HEAD", path))


def test_a_dead_line_does_not_hold_up_its_successor(client: Client) -> None:
    path = client.begin(len(SOUND))
    dead = client.start_patch(path, 0, len(SOUND))
    dead.sendall(SOUND[:100_000])
    wait_until(lambda: client.offset(path) == 65536)
    answer = client.patch(path, 65536, SOUND[65536:])
    assert answer.status == 204
    check_complete(path, SOUND, answer)
    dead.sendall(SOUND[100_000 : 2 * 65536])
    dead.shutdown(socket.SHUT_WR)
    assert dead.recv(100).startswith(b"HTTP/1.1 409")
    assert file_store().recording(path.rsplit("/", 1)[1]).stat().st_size == len(SOUND)


def test_a_silent_line_is_given_up(key: str, tmp_path: Path) -> None:
    configuration = tmp_path / "quick.py"
    configuration.write_text(
        "import sys\nsys.path.insert(0, '.')\n"
        "from launcher import paced_reader\npaced_reader.WINDOW_SECONDS = 0.5\n"
        "from launcher.gunicorn_conf import *\n"
    )
    with GunicornServer(configuration) as server:
        client = Client(server, key)
        path = client.begin(len(SOUND))
        with client.lines, client.start_patch(path, 0, len(SOUND)) as line, line.makefile("rb") as answer:
            line.sendall(SOUND[:65536])
            assert answer.read().count(b"line_lost") == 1
        assert client.offset(path) == 65536


def test_memory_stays_flat_and_bodies_may_come_in_chunks(client: Client, server: GunicornServer) -> None:
    piece, count = b"\x5a" * MEGABYTE, 200
    warm = client.begin(1)
    client.patch(warm, 0, b"x")
    before = server.memory()
    path = client.begin(count * MEGABYTE)
    answer = client.patch(path, 0, iter([piece] * count), Transfer_Encoding="chunked")
    assert answer.status == 204
    assert answer.headers["Upload-Offset"] == str(count * MEGABYTE)
    assert queries.get(answer.headers["Upload-Recording"]) is not None
    assert server.memory() - before < 20 * MEGABYTE


def test_a_plain_upload_that_breaks_off_leaves_nothing_behind(client: Client, data_dir: Path) -> None:
    head = (
        f"POST /api/v1/recordings HTTP/1.1\r\nHost: localhost\r\nAuthorization: {client.headers['Authorization']}\r\n"
    )
    part = b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="talk.wav"\r\n\r\n' + SOUND[:MEGABYTE]
    line = socket.create_connection(("127.0.0.1", client.server.port), timeout=30)
    more = f"Content-Type: multipart/form-data; boundary=frontier\r\nContent-Length: {len(SOUND)}\r\n\r\n"
    line.sendall(f"{head}{more}".encode() + part)
    wait_until(lambda: stored_files(data_dir))
    reset(line)
    wait_until(lambda: not stored_files(data_dir))
    answer = client.call("GET", "/api/v1/recordings")
    assert json.loads(answer.body) == {"items": [], "next_cursor": None}
