"""Each line of `flask doctor` about the machine is red for its fault and green after its fix."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from redis import Redis
from support.helpers import ROOT

import config
from core.clock import utc_now
from webapp.cli import machine_checks
from webapp.cli.machine_checks import check_clock, check_memory, check_python

Settings = Callable[..., config.Settings]


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 11, 0), (3, 13, 9), (3, 14, 0)])
def test_a_python_that_the_project_does_not_support_is_an_error(
    version: tuple[int, ...], settings_of: Settings
) -> None:
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    found = check_python(settings_of(), version)
    is_allowed = SpecifierSet(allowed).contains(".".join(str(part) for part in version))
    assert (found.level == "ok") == is_allowed
    assert is_allowed or "make run" in str(found.fix)
    assert check_python(settings_of()).state.startswith(".".join(str(part) for part in sys.version_info[:3]))


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what Linux tells of memory, in GB, and the limit of a container."""
    monkeypatch.setattr(machine_checks, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(machine_checks, "CONTROL_GROUP", tmp_path)

    def tell(total: float, available: float, limit: float | None = None, used: float = 0) -> None:
        lines = {"MemTotal": total, "MemFree": 0.1, "MemAvailable": available}
        (tmp_path / "meminfo").write_text(
            "".join(f"{name}:  {value * 1e9 / 1024:.0f} kB\n" for name, value in lines.items())
        )
        (tmp_path / "memory.max").write_text("max\n" if limit is None else f"{limit * 1e9:.0f}\n")
        (tmp_path / "memory.current").write_text(f"{used * 1e9:.0f}\n")

    return tell


def test_little_memory_is_named_and_enough_is_well(memory: Callable[..., None], settings_of: Settings) -> None:
    memory(2.1, 1.5)
    found = check_memory(settings_of())
    assert (found.level, "4.0 GB" in str(found.fix)) == ("warning", True)
    memory(16, 0.6)
    found = check_memory(settings_of())
    assert (found.level, found.state) == ("warning", "600 MB of 16 GB available")
    assert "ps aux" in str(found.fix)
    memory(16, 9)
    assert check_memory(settings_of()).level == "ok"


def test_the_limit_of_a_container_counts(memory: Callable[..., None], settings_of: Settings) -> None:
    memory(64, 60, limit=3, used=1)
    found = check_memory(settings_of())
    assert (found.level, found.state) == ("warning", "2.0 GB of 3.0 GB available")
    memory(64, 60, limit=8, used=1)
    assert check_memory(settings_of()).state == "7.0 GB of 8.0 GB available"


def test_the_memory_of_this_machine_is_read(settings_of: Settings) -> None:
    assert " available" in check_memory(settings_of()).state


def test_a_clock_that_differs_from_redis_is_named(redis: Redis) -> None:
    settings = config.load()
    assert check_clock(settings).state == "agrees with Redis"
    found = check_clock(settings, utc_now() + timedelta(seconds=90))
    assert (found.level, found.state) == ("warning", "Redis is 90 s behind")
    assert "NTP" in str(found.fix)
    assert "ahead" in check_clock(settings, utc_now() - timedelta(seconds=90)).state


@pytest.mark.postgresql
@pytest.mark.parametrize("any_database", ["postgresql"], indirect=True)
def test_a_clock_that_differs_from_the_database_is_an_error(any_database: str) -> None:
    settings = config.load()
    assert check_clock(settings).state == "agrees with database"
    found = check_clock(settings, utc_now() - timedelta(seconds=60))
    assert (found.level, found.state) == ("error", "database is 60 s ahead")


def test_without_another_machine_there_is_no_clock_to_compare(sqlite: str) -> None:
    assert "no other clock" in check_clock(config.load()).state
