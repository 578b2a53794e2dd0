"""A Redis server of our own on a Unix socket."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from support.helpers import wait_until


@contextmanager
def own_redis(folder: Path) -> Iterator[Redis]:
    """Run it in a folder, with its socket at `redis.sock`."""
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    try:
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    except FileNotFoundError:
        pytest.skip("redis-server is not installed (Debian: redis-server)")
    try:
        wait_until(socket.exists, 60)
        with Redis(unix_socket_path=str(socket)) as client:
            yield client
    finally:
        server.kill()
        server.wait()
