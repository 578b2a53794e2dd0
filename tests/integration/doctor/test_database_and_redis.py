"""Each line of `flask doctor` about tables and messages is red for its fault and green after its fix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import text
from support.helpers import wait_until

import config
from core.database import schema, sessions
from webapp.cli.check_result import CheckResult
from webapp.cli.database_checks import check_migrations

Doctor = Callable[[str], CheckResult]


def test_tables_of_an_older_version_are_told_by_number(any_database: str) -> None:
    newest = schema.newest_revision()
    assert check_migrations(config.load()).state == f"{newest}, the newest"
    set_revision("0010")
    found = check_migrations(config.load())
    assert found.level == "error"
    assert found.state.startswith("0010; 0011, 0012")
    assert "flask db-upgrade" in str(found.fix)
    set_revision(newest)
    assert check_migrations(config.load()).level == "ok"


def set_revision(number: str) -> None:
    with sessions.engine().execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})


def test_tables_that_are_not_there_yet_are_made_by_the_command_that_is_named(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    found = check_migrations(config.load())
    assert (found.level, found.state.startswith("no tables yet; 0001, 0002")) == ("error", True)
    schema.upgrade()
    assert check_migrations(config.load()).level == "ok"


def test_tables_of_a_newer_version_are_not_taken_for_old_ones(sqlite: str) -> None:
    set_revision("9999")
    found = check_migrations(config.load())
    assert (found.level, found.state.startswith("9999, of a newer version")) == ("error", True)
    assert "restore" in str(found.fix)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_redis_that_throws_messages_away_is_named(redis: Redis, doctor: Doctor, policy: str) -> None:
    redis.config_set("appendonly", "yes")
    redis.config_set("maxmemory-policy", policy)
    found = doctor("redis storage")
    assert (found.level, policy in found.state) == ("warning", True)
    follow(redis, found)
    assert doctor("redis storage").state == "append-only file, noeviction"


def test_a_redis_that_forgets_is_named(redis: Redis, doctor: Doctor) -> None:
    found = doctor("redis storage")
    assert (found.level, found.state) == ("warning", "forgets waiting messages at each restart")
    follow(redis, found)
    assert doctor("redis storage").level == "ok"


def follow(redis: Redis, found: CheckResult) -> None:
    """Run the command of a fix."""
    words = str(found.fix).split("`")[1].split()
    assert words[0] == "redis-cli"
    redis.execute_command(*words[1:])


def test_snapshots_are_well_until_one_fails(redis: Redis, doctor: Doctor, tmp_path: Path) -> None:
    redis.config_set("save", "3600 1")
    assert doctor("redis storage").state == "snapshots, noeviction"
    redis.config_set("stop-writes-on-bgsave-error", "no")
    (tmp_path / "dump.rdb").mkdir()
    redis.bgsave()
    wait_until(lambda: redis.info("persistence")["rdb_last_bgsave_status"] == "err", 20)
    assert doctor("redis storage").state == "could not save its snapshot the last time"
    (tmp_path / "dump.rdb").rmdir()
    redis.save()
    redis.bgsave()
    wait_until(lambda: redis.info("persistence")["rdb_last_bgsave_status"] == "ok", 20)
    assert doctor("redis storage").level == "ok"


def test_a_redis_that_does_not_tell_is_no_problem_and_one_away_is(redis: Redis, doctor: Doctor) -> None:
    redis.config_set("appendonly", "yes")
    redis.acl_setuser("default", enabled=True, nopass=True, commands=["-config"])
    assert doctor("redis storage").state == "append-only file, noeviction"
    redis.acl_setuser("default", enabled=True, nopass=True, commands=["-info"])
    assert doctor("redis storage").state == "unknown: Redis does not tell"


def test_without_redis_its_storage_is_unknown(doctor: Doctor) -> None:
    assert (doctor("redis storage").level, doctor("redis").level) == ("error", "error")
