"""Fixtures of all folders: a fresh DATA_DIR, databases and Ollama; how the tests are shared out to parallel workers."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from support.helpers import free_port
from support.ollama_server import Model, OllamaServer

import config
from core.database import schema, sessions

# nobody's own settings reach the tests
for _name in config.Settings.model_fields:
    os.environ.pop(_name.upper(), None)
    os.environ.pop(f"{_name.upper()}_FILE", None)
config.Settings.env_path = None
# models run in several processes at once: threads that wait for work must not keep the others from it
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

TESTS = Path(__file__).parent
#: Folders whose tests share running processes; they take longest, so that they begin first.
SHARED_SITES = ("end_to_end", "faults")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers (`--dist loadgroup`), keep a file on one worker, and so the folders with a running site."""
    items.sort(key=lambda item: _folder(item) not in SHARED_SITES)
    for item in items:
        folder = _folder(item)
        item.add_marker(pytest.mark.xdist_group(folder if folder in SHARED_SITES else str(item.path)))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


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
def sqlite(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A fresh SQLite database with its tables; its address."""
    template, database = tmp_path_factory.getbasetemp() / "empty.db", data_dir / "realrecap.db"
    if template.exists():  # copying is many times faster than migrating
        data_dir.mkdir(mode=0o700)
        shutil.copyfile(template, database)
    else:
        schema.upgrade()
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(template)) as target:
            source.backup(target)
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


@pytest.fixture(scope="session")
def postgresql_admin(postgresql_server: str) -> Iterator[Engine]:
    """A connection to the server that can create databases; one of them, `empty`, holds the tables alone."""
    admin = create_engine(
        f"{postgresql_server}/postgres".replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    yield admin
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_database(
    request: pytest.FixtureRequest, data_dir: Path, settings_of: Callable[..., config.Settings]
) -> Iterator[str]:
    """The test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    admin: Engine = request.getfixturevalue("postgresql_admin")
    name = f"test_{os.urandom(4).hex()}"
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    settings_of(DATABASE_URL=url)
    with admin.connect() as connection:
        has_template = connection.scalar(text("SELECT count(*) FROM pg_database WHERE datname = 'empty'"))
        connection.execute(text(f"CREATE DATABASE {name}" + (" TEMPLATE empty" if has_template else "")))
        if not has_template:
            schema.upgrade()
            sessions.engine().dispose()
            connection.execute(text(f"CREATE DATABASE empty TEMPLATE {name}"))
    yield config.load().database
    sessions.engine().dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    """A stand-in Ollama with one model, "recap"."""
    with OllamaServer(Model("recap:latest")) as server:
        yield server
