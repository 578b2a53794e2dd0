"""What `flask doctor` checks of the machine: Python, memory and clock."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import config
from core.clock import utc_now
from core.database import sessions
from core.database.schema import MAX_CLOCK_DIFFERENCE_SECONDS
from core.queue.redis_client import redis_client
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.formats import size

#: `requires-python` of pyproject.toml, which is not installed everywhere.
OLDEST_PYTHON, FIRST_UNKNOWN_PYTHON = (3, 11), (3, 14)
#: What speech recognition by a small model and diarization take, with web server, Redis and the system beside them.
NEEDED_MEMORY_BYTES = 4_000_000_000
LOW_MEMORY_BYTES = 1_000_000_000
MEMORY = Path("/proc/meminfo")
CONTROL_GROUP = Path("/sys/fs/cgroup")


def check_python(_: config.Settings, version: tuple[int, ...] = sys.version_info[:3]) -> CheckResult:
    """Whether this version of Python is one that RealRecap is tested with."""
    state = ".".join(str(part) for part in version)
    if not OLDEST_PYTHON <= version[:2] < FIRST_UNKNOWN_PYTHON:
        known = f"3.{OLDEST_PYTHON[1]} to 3.{FIRST_UNKNOWN_PYTHON[1] - 1}"
        return check_result.error(
            "python", state, f"Use Python {known}: remove .venv, then `PYTHON=python3.12 make run`."
        )
    return check_result.ok("python", f"{state}, {sys.prefix}")


def check_memory(_: config.Settings) -> CheckResult:
    """Whether the machine, or what a container may use of it, has memory enough."""
    found = _read_memory()
    if found is None:
        return check_result.ok("memory", "this system does not tell")
    total, available = found
    state = f"{size(available)} of {size(total)} available"
    if total < NEEDED_MEMORY_BYTES:
        fix = (
            f"Give it {size(NEEDED_MEMORY_BYTES)}, or set DIARIZATION_MODEL to none and WHISPER_MODEL to a small model."
        )
        return check_result.warning("memory", state, fix)
    if available < LOW_MEMORY_BYTES:
        return check_result.warning(
            "memory", state, "End other programs: `ps aux --sort=-rss | head` shows the largest."
        )
    return check_result.ok("memory", state)


def _read_memory() -> tuple[int, int] | None:
    """Bytes in all and available; a container's limit counts as all."""
    try:
        lines = dict(line.split(":", 1) for line in MEMORY.read_text().splitlines() if ":" in line)
        total, available = (int(lines[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    except (OSError, KeyError, ValueError):
        return None
    limit, used = (_read_number(CONTROL_GROUP / name) for name in ("memory.max", "memory.current"))
    if limit is None or used is None or limit >= total:
        return total, available
    return limit, min(available, max(0, limit - used))


def _read_number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # "max": no limit
        return None


def check_clock(settings: config.Settings, now: datetime | None = None) -> CheckResult:
    """Whether this machine's clock agrees with those of the database and of Redis; `now` is ours."""
    others = {"database": _ask_database, "Redis": _ask_redis}
    told: list[str] = []
    for name, ask in others.items():
        theirs = ask()
        if theirs is None:
            continue
        difference = (theirs - (now or utc_now())).total_seconds()
        if abs(difference) > MAX_CLOCK_DIFFERENCE_SECONDS:
            state = f"{name} is {abs(difference):.0f} s {'ahead' if difference > 0 else 'behind'}"
            fix = "Set the clocks of both machines by NTP: `sudo timedatectl set-ntp true`."
            # leases compare the clocks of workers with the database's: workers do not start
            level = check_result.error if name == "database" else check_result.warning
            return level("clock", state, fix)
        told.append(name)
    nothing = f"{utc_now():%Y-%m-%d %H:%M:%S} UTC; no other clock to compare with"
    return check_result.ok("clock", f"agrees with {' and '.join(told)}" if told else nothing)


def _ask_database() -> datetime | None:
    """The time at the database's server; None if it is a file, or does not answer, which has a line of its own."""
    if sessions.database_url().get_backend_name() == "sqlite":
        return None
    try:
        with sessions.engine().connect() as connection:
            found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return found
    except SQLAlchemyError:
        return None


def _ask_redis() -> datetime | None:
    try:
        seconds, microseconds = _time_of(redis_client())
    except RedisError:
        return None
    return datetime.fromtimestamp(seconds + microseconds / 1e6, UTC)


def _time_of(client: Any) -> tuple[int, int]:
    seconds, microseconds = client.time()
    return int(seconds), int(microseconds)
