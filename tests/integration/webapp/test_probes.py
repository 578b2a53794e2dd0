"""Health is seen by writing: what is full, read-only or locked away is named by /readyz and `flask doctor`."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import ResponseError
from sqlalchemy import event
from support.helpers import free_port, wait_until
from support.own_redis import running_redis

import config
from core import probes
from core.database import sessions
from core.queue.redis_client import redis_client
from pipeline.decode.wall_check import Filter, Walls
from webapp.cli.doctor import run_checks

Settings = Callable[..., config.Settings]
#: A column that makes a row too large for what is left.
FILLING = "filling TEXT DEFAULT ('" + "x" * 200_000 + "')"


@contextmanager
def limited_pages(pages: int) -> Iterator[None]:
    """Let SQLite's file grow no more, as on a full disk."""

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    sessions.engine().dispose()
    event.listen(sessions.engine(), "connect", limit)
    try:
        yield
    finally:
        event.remove(sessions.engine(), "connect", limit)
        sessions.engine().dispose()


@pytest.fixture
def own_redis(app: Flask, tmp_path: Path, settings_of: Settings) -> Iterator[Redis]:
    """A Redis of this test alone, reached by the settings."""
    with running_redis(tmp_path) as port, Redis(port=port) as client:
        settings_of(REDIS_URL=f"redis://127.0.0.1:{port}/0")
        wait_until(lambda: probes.probe_redis() is None, 20)
        yield client
        redis_client().close()


def redis_problem() -> tuple[str, str]:
    problem = probes.probe_redis()
    return (problem.state, problem.fix) if problem else ("", "")


def doctor(component: str) -> tuple[str, str, str | None]:
    found = next(one for one in run_checks(config.load()) if one.component == component)
    return found.level, found.state, found.fix


def test_a_sound_redis_takes_a_message_and_keeps_nothing_of_it(own_redis: Redis) -> None:
    assert probes.probe_redis() is None
    assert own_redis.keys() == []
    level, state, _ = doctor("redis")
    assert "takes messages" in state
    assert (level == "warning") == ("gets no more fixes" in state), "an old version is named, and is no error"


def test_a_full_redis_answers_pings_and_is_reported_as_full(own_redis: Redis, app: Flask) -> None:
    own_redis.config_set("maxmemory-policy", "noeviction")
    own_redis.config_set("maxmemory", 1)
    assert own_redis.ping()
    answer = app.test_client().get("/readyz")
    assert answer.json["parts"]["redis"].startswith("is full")
    assert "redis" in answer.json["degraded"]
    level, state, fix = doctor("redis")
    assert (level, "is full" in state, "maxmemory" in str(fix)) == ("error", True, True)


def test_a_replica_that_takes_no_writes_is_named(own_redis: Redis) -> None:
    own_redis.replicaof("127.0.0.1", free_port())
    problem = probes.probe_redis()
    assert problem is not None
    assert problem.state == "is a read-only replica"
    own_redis.replicaof("NO", "ONE")


def test_a_redis_that_cannot_save_to_its_disk_is_named(own_redis: Redis, tmp_path: Path) -> None:
    own_redis.config_set("save", "1 1")
    (tmp_path / "dump.rdb").mkdir()
    own_redis.set("key", "value")
    own_redis.bgsave()
    wait_until(lambda: own_redis.info("persistence")["rdb_last_bgsave_status"] == "err", 20)
    problem = probes.probe_redis()
    assert problem is not None
    assert problem.state.startswith("cannot save its data to disk")


def test_a_password_and_missing_rights_are_told_apart(own_redis: Redis) -> None:
    own_redis.acl_setuser("default", enabled=True, nopass=True, reset_keys=True, keys=["~other*"])
    problem = probes.probe_redis()
    assert problem is not None
    assert problem.state.startswith("lets this user neither")
    own_redis.acl_setuser("default", enabled=True, passwords=["+secret"], reset_passwords=True, keys=["~*"])
    redis_client().connection_pool.disconnect()
    problem = probes.probe_redis()
    assert problem is not None
    assert problem.state == "refuses the password"


def test_a_replica_that_lost_its_primary_is_named(own_redis: Redis) -> None:
    own_redis.config_set("replica-serve-stale-data", "no")
    own_redis.config_set("replica-read-only", "no")
    own_redis.replicaof("127.0.0.1", free_port())
    state, fix = redis_problem()
    assert state == "is a replica that has lost its primary"
    assert "REPLICAOF NO ONE" in fix
    own_redis.replicaof("NO", "ONE")


def test_a_redis_without_a_connection_left_is_named(own_redis: Redis, app: Flask) -> None:
    own_redis.config_set("maxclients", 1)
    redis_client().connection_pool.disconnect()
    wait_until(lambda: redis_problem()[0] == "has no connection left", 20)
    assert app.test_client().get("/readyz").json["parts"]["redis"] == "has no connection left"
    assert doctor("redis")[0] == "error"
    assert "maxclients" in str(doctor("redis")[2])


def test_a_redis_that_still_loads_is_named(own_redis: Redis, tmp_path: Path, settings_of: Settings) -> None:
    for number in range(200):
        own_redis.set(str(number), os.urandom(2000))
    own_redis.save()
    slowly = ["--key-load-delay", "50000", "--loading-process-events-interval-bytes", "1024"]
    with running_redis(tmp_path, *slowly) as port:
        settings_of(REDIS_URL=f"redis://127.0.0.1:{port}/0")
        wait_until(lambda: redis_problem()[0] != "does not answer", 20)
        assert redis_problem() == ("is still loading its data", "Wait a moment.")


def test_a_redis_held_up_by_a_script_is_named(own_redis: Redis) -> None:
    own_redis.config_set("lua-time-limit", 20)
    with ThreadPoolExecutor(1) as other:
        running = other.submit(own_redis.eval, "while true do end", 0)
        wait_until(lambda: redis_problem()[0] == "is held up by a script", 20)
        with redis_client() as client:
            client.script_kill()
        with pytest.raises(ResponseError):
            running.result()


def test_a_redis_that_waits_for_its_replicas_is_named(own_redis: Redis) -> None:
    own_redis.config_set("min-replicas-to-write", 1)
    assert redis_problem()[0] == "takes no messages without its replicas"


def test_a_cluster_is_named(tmp_path: Path, settings_of: Settings, sqlite: None) -> None:
    with running_redis(tmp_path, "--cluster-enabled", "yes") as port:
        settings_of(REDIS_URL=f"redis://127.0.0.1:{port}/0")
        wait_until(lambda: redis_problem()[0] != "does not answer", 20)
        assert redis_problem()[0] == "is a cluster, which cannot carry the queue"


def test_the_doctor_bears_a_redis_that_does_not_tell_its_version(own_redis: Redis) -> None:
    own_redis.acl_setuser("default", enabled=True, nopass=True, commands=["-info"])
    assert doctor("redis")[:2] == ("ok", "takes messages; it does not tell its version")


def test_an_absent_redis_does_not_answer(settings_of: Settings, sqlite: None) -> None:
    settings_of(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    problem = probes.probe_redis()
    assert problem is not None
    assert problem.state == "does not answer"


def test_a_full_database_is_reported_as_full(app: Flask) -> None:
    assert probes.probe_database() is None
    with sessions.engine().connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql("DROP TABLE probe")
        connection.exec_driver_sql(f"CREATE TABLE probe (id INTEGER PRIMARY KEY, at TEXT, {FILLING})")
        connection.commit()
    with limited_pages(int(pages or 0)):
        problem = probes.probe_database()
    assert problem is not None
    assert problem.state == "is full"


def test_a_database_that_cannot_be_written_is_named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    sessions.engine().dispose()
    event.listen(sessions.engine(), "connect", forbid)
    try:
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.json["parts"]["database"]) == (503, "cannot be written")
        assert doctor("database")[:2] == ("error", "cannot be written")
    finally:
        event.remove(sessions.engine(), "connect", forbid)
        sessions.engine().dispose()


def test_a_data_folder_that_cannot_be_written_is_named(
    app: Flask, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.test_client().get("/readyz").json["parts"]["files"] == "ok"

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["parts"]["files"]) == (503, "is full")
    assert doctor("files")[0] == "error"


def test_the_doctor_tells_of_a_data_folder_that_others_can_open(data_dir: Path, sqlite: None) -> None:
    data_dir.chmod(0o755)
    level, state, fix = doctor("files")
    assert (level, "mode 755" in state, "chmod 700" in str(fix)) == ("warning", True, True)
    data_dir.chmod(0o700)
    assert doctor("files")[0] == "ok"


@pytest.mark.parametrize(
    ("walls", "level", "words"),
    [
        (Walls(Filter.STANDS, landlock=True), "ok", "confined by seccomp and Landlock"),
        (Walls(Filter.STANDS, landlock=False), "ok", "confined by seccomp, tried"),
        (Walls(Filter.MISSING, landlock=True), "warning", "no system call filter"),
        (Walls(Filter.REFUSED, landlock=True), "error", "no recording is read"),
        (None, "error", "does not survive"),
    ],
)
def test_the_doctor_tells_how_the_decoder_is_confined(
    sqlite: None, monkeypatch: pytest.MonkeyPatch, walls: Walls | None, level: str, words: str
) -> None:
    monkeypatch.setattr("pipeline.decode.wall_check.try_walls", lambda: walls)
    found, state, fix = doctor("decoder")
    assert (found, words in state, fix is None) == (level, True, level == "ok")


def test_the_doctor_tries_the_filter(sqlite: None) -> None:
    assert doctor("decoder")[1].startswith("confined by seccomp")
