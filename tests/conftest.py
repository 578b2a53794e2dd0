"""What the tests of several folders use: a fresh DATA_DIR, databases, Redis, Ollama."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.helpers import free_port
from support.ollama_server import Model, OllamaServer

import config
from core.database import schema, sessions

# nobody's own settings reach the tests
for _name in config.Settings.model_fields:
    os.environ.pop(_name.upper(), None)
    os.environ.pop(f"{_name.upper()}_FILE", None)
config.Settings.model_config["env_file"] = None


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., config.Settings]]:
    """Sets settings by name, as the environment would."""

    def choose(**values: object) -> config.Settings:
        for name, value in values.items():
            monkeypatch.setenv(name, str(value))
        config.load.cache_clear()
        return config.load()

    yield choose
    config.load.cache_clear()


@pytest.fixture
def data_dir(tmp_path: Path, settings_of: Callable[..., config.Settings]) -> Path:
    """A fresh DATA_DIR, with nothing at the other end of Ollama and Redis; nobody waits for Ollama to come back."""
    folder = tmp_path / "data"
    settings_of(
        DATA_DIR=folder,
        OLLAMA_HOST=f"http://127.0.0.1:{free_port()}",
        OLLAMA_RETRIES=0,
        REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
    )
    return folder


@pytest.fixture
def sqlite(data_dir: Path) -> str:
    """A fresh SQLite database with its tables; its address."""
    schema.upgrade()
    return config.load().database


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own; the address of its first database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    folder, binaries, port = Path("/tmp") / f"realrecap-pg-{os.getpid()}", found[-1].parent, free_port()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_user, binaries / "initdb", "-D", folder, "-A", "trust", "-U", "postgres"], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    control = [*as_user, binaries / "pg_ctl", "-D", folder, "-w"]
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_database(
    request: pytest.FixtureRequest, data_dir: Path, settings_of: Callable[..., config.Settings]
) -> Iterator[str]:
    """The test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    from sqlalchemy import create_engine, text

    server = request.getfixturevalue("postgresql_server").replace("postgresql://", "postgresql+psycopg://")
    name = f"test_{os.urandom(4).hex()}"
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    settings_of(DATABASE_URL=f"{server}/{name}")
    schema.upgrade()
    yield config.load().database
    sessions.engine().dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    """A stand-in Ollama with one model, "recap"."""
    with OllamaServer(Model("recap:latest")) as server:
        yield server
