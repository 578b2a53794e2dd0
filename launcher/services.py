"""The processes of RealRecap and how they are started."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import config
from configuration import addresses
from core.jobs.queues import needed_queues
from launcher import redis_server
from launcher.child_process import ChildSpec
from launcher.errors import StartError
from launcher.supervisor import StartupPlan

BROKER_SECONDS = 60.0
_MODULE = (sys.executable, "-m")
_CELERY = (*_MODULE, "celery", "--quiet", "-A", "run.celery")
_FLASK = (*_MODULE, "flask", "--app", "run")
_CREATE_ADMIN = "create-admin"


def make_startup_plan(settings: config.Settings) -> StartupPlan:
    """The plan that starts all of RealRecap on this machine, with an embedded Redis unless REDIS_URL is set."""
    embedded = None if settings.redis_url else redis_server.prepare(settings.data_dir)
    return StartupPlan(
        broker=ChildSpec("redis", "Redis", embedded.command, stop_order=4) if embedded else None,
        broker_answers=_waiting_for(embedded.url if embedded else settings.redis_url),
        preparations=(ChildSpec("database", "database set-up", (*_FLASK, "db-upgrade")),),
        services=(
            ChildSpec("web", "web server", _web(), stop_order=1, stop_seconds=15),
            *(_worker(queue) for queue in needed_queues()),
            ChildSpec("beat", "scheduler", _beat(settings.data_dir), stop_order=2, stop_seconds=5),
        ),
        readiness=(
            ChildSpec(_CREATE_ADMIN, "creation of the first account", _create_admin(), keeps_answer=True),
            ChildSpec("start", "start-up check", (*_MODULE, "launcher.readiness")),
        ),
        announce=lambda answers, ready: announcement(settings, answers.get(_CREATE_ADMIN, []), ready),
        address=address(settings),
    )


def _web() -> tuple[str, ...]:
    return (*_MODULE, "gunicorn", "-c", "launcher/gunicorn_conf.py", "run:app")


def _worker(queue: str) -> ChildSpec:
    title = {"gpu": "GPU worker", "cpu": "CPU worker", "llm": "language model worker"}[queue]
    options = ("-Q", queue, "--concurrency=1", "-n", f"{queue}@%h", "--without-gossip", "--without-mingle")
    return ChildSpec(queue, title, (*_CELERY, "worker", *options), stop_order=3, stop_seconds=20)


def _beat(data_dir: Path) -> tuple[str, ...]:
    return (*_CELERY, "beat", "-s", str(data_dir / "beat-schedule"))


def _create_admin() -> tuple[str, ...]:
    return (*_FLASK, _CREATE_ADMIN, "--email", os.environ.get("ADMIN_EMAIL") or "admin@localhost", "--first-start")


def _waiting_for(url: str) -> Callable[[], Awaitable[None]]:
    async def wait() -> None:
        deadline = time.monotonic() + BROKER_SECONDS
        while not await asyncio.to_thread(redis_server.answers, url):
            if time.monotonic() > deadline:
                raise StartError(
                    f"Redis at {addresses.mask(url)} does not answer.",
                    "Start it or correct REDIS_URL. Without REDIS_URL, RealRecap starts its own Redis.",
                )
            await asyncio.sleep(0.05)

    return wait


def environment(settings: config.Settings) -> dict[str, str]:
    """The environment of every process: the launcher's own, with DATA_DIR as an absolute path.

    Flask leaves `.env` to the settings: it reads nothing but UTF-8.
    """
    ours = {"DATA_DIR": str(settings.data_dir), "PYTHONUNBUFFERED": "1", "FLASK_SKIP_DOTENV": "1"}
    return {**os.environ, **ours}


def keep_secret_key(settings: config.Settings) -> None:
    """Create the key that signs sessions in DATA_DIR, once, unless the settings contain one."""
    if settings.secret is None:
        redis_server.write_private(settings.data_dir / "secret-key", secrets.token_urlsafe(48) + "\n")


def address(settings: config.Settings) -> str:
    """The address of the site for the owner's browser."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return settings.site_url or f"http://{host}:{settings.port}{settings.url_prefix}"


def announcement(settings: config.Settings, answer: list[str], ready: bool) -> str:
    """The text shown once everything is up; on an early exit (`ready` false) only the one-time password."""
    login = _first_login(answer)
    if not ready:
        return login
    where = f"Recordings and results are stored in {settings.data_dir}."
    how = "Stop with Ctrl-C, or with `make stop` in another terminal."
    return f"\nRealRecap is ready: {address(settings)}\n{login}\n{where}\n{how}\n"


def _first_login(answer: list[str]) -> str:
    for line in answer:
        if line.startswith("{"):
            made: Mapping[str, str] = json.loads(line)
            return (
                f"\n  Log in as          {made['email']}"
                f"\n  One-time password  {made['password']}"
                "\n\n  It is shown only once. Change it after logging in.\n"
            )
    return ""
