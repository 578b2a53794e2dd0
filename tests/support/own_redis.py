"""Redis servers of our own: on a Unix socket, and on a port with any options."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from launcher import redis_server
from support.helpers import free_port, wait_until


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


@contextmanager
def running_redis(folder: Path, *options: str) -> Iterator[int]:
    """A Redis with its data in `folder`, perhaps not answering yet; its port."""
    port = free_port()
    command = [redis_server.find_executable(), "--port", str(port), "--save", "", "--dir", str(folder)]
    with subprocess.Popen([*command, "--bind", "127.0.0.1", *options], stdout=subprocess.DEVNULL) as process:
        try:
            yield port
        finally:
            process.kill()
