"""The Celery app, for web server and workers alike."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlsplit

from celery import Celery

import config
from core.jobs.queues import QUEUES
from core.queue.transport import use_tolerant_transport

TASK = "work"


def broker_url(redis_url: str) -> str:
    """The address of Redis as Celery writes it: a Unix socket has a scheme of its own."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    options = dict(parse_qsl(parts.query))
    user, password = (quote(options.get(name) or "", safe="") for name in ("username", "password"))
    credentials = parts.netloc.removesuffix("@") or (f"{user}:{password}" if password else "")
    at = "@" if credentials else ""
    return f"redis+socket://{credentials}{at}{parts.path}?virtual_host={options.get('db', '0')}"


def make_celery() -> Celery:
    """The Celery app; `workers.tasks` is loaded by workers and beat only."""
    use_tolerant_transport()
    app = Celery("realrecap", include=["workers.tasks"])
    app.conf.update(
        broker_url=broker_url(config.load().redis),
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=False,  # a message is not a job: it may be lost, a lease may not
        worker_disable_prefetch=True,  # a busy worker must not sit on notifications that an idle one could follow
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_pool="prefork",  # solo and threads cannot be cancelled
        task_create_missing_queues=False,
        task_queues={name: {"exchange": name, "routing_key": name} for name in QUEUES},
        task_default_queue="cpu",
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"socket_connect_timeout": 1, "socket_timeout": 2},
        timezone="UTC",
    )
    return app


celery = make_celery()
