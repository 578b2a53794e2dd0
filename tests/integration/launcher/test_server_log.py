"""What gunicorn logs of requests, in the format of all services."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.helpers import ROOT, free_port, wait_until

LINE = re.compile(r"[\d-]+T[\d:.]+Z (debug|info|warning|error|critical) web - ")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a site that logs its requests, and the file with its output."""
    port, output = free_port(), tmp_path / "output"
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "PORT": str(port), "SECRET_KEY": "x" * 32}
    command = [sys.executable, "-m", "gunicorn", "-c", "launcher/gunicorn_conf.py", "--access-logfile", "-", "run:app"]
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: _answers(port), 30)
        yield port, output
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        return connection.recv(100)


def test_requests_are_logged_on_one_line_each_and_control_no_terminal(server: tuple[int, Path]) -> None:
    port, output = server
    agent = b"evil \x9b2J \xc2\x85 \xe2\x80\xa8 end-of-agent"
    ask(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nUser-Agent: " + agent + b"\r\nConnection: close\r\n\r\n")
    ask(port, b"GET /\x1b[2J\x07 HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_until(lambda: b"end-of-agent" in output.read_bytes(), 20)
    lines = output.read_bytes().decode().split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(LINE.match(line) for line in lines if line), lines
    assert any(r"evil \x9b2J" in line for line in lines)
