"""What a real gunicorn writes about hostile requests."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from support.helpers import ROOT, free_port, wait_until

REQUESTS = (
    b"GET /\x9b31m?q=\xe2\x80\xa8\xe2\x80\xae\xc2\x85 HTTP/1.1\r\nHost: x\r\n"
    b"User-Agent: \x1b[31m\xc2\x9bred\xe2\x80\xa8\r\nReferer: http://x/\x85\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nBad\x1b[31mName: x\r\n\r\n",
    b"\x1b[2J\r\n\r\n",
)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.usefixtures("app")
def test_no_request_forges_a_line_in_the_log_of_the_server(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    environment = {**os.environ, "PORT": str(port), "GUNICORN_CMD_ARGS": "--access-logfile - -w 1"}
    command = [sys.executable, "-m", "gunicorn", "-c", "launcher/gunicorn_conf.py", "run:app"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: answers(port), 120)
            for request in REQUESTS:
                with socket.create_connection(("127.0.0.1", port), 120) as client:
                    client.sendall(request)
                    while client.recv(65536):
                        pass
            wait_until(lambda: b"\\x1b[31m" in log.read_bytes(), 120)
        finally:
            server.terminate()
            server.wait(60)
    for line in log.read_bytes().decode().removesuffix("\n").split("\n"):
        assert re.match(r"\S+Z \w+ web - ", line), line
        assert line.isprintable(), line
