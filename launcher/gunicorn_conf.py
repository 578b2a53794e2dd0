"""How gunicorn serves the site."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

# gunicorn loads this file by its path; the folder above it is not on the module path
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config import SettingsError, load  # gunicorn has a setting named `config`
from core.log_format import set_up_logging
from launcher.parent_death import die_with_parent
from launcher.server_logger import ServerLogger

try:
    _settings = load()
except SettingsError as error:
    sys.exit(f"A setting is invalid.\n{error}")
os.environ.pop("SCRIPT_NAME", None)  # gunicorn would refuse what does not begin with it, such as health checks
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port}"
worker_class = "launcher.web_worker.WebWorker"
workers = 2
threads = 32  # beside those that receive large bodies
worker_connections = 800  # below the 1024 open files that most systems allow
timeout = 120  # of the worker's own heartbeat; a slow upload in a thread does not count
graceful_timeout = 10
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a heartbeat must not wait for a disk
control_socket_disable = True
forwarder_headers = ""  # no client says below which path the site is served
errorlog = "-"
logger_class = ServerLogger
# the app reads X-Forwarded-*, from as many proxies as TRUSTED_PROXIES says; gunicorn would believe any local client
forwarded_allow_ips = ""
loglevel = _settings.log_level


def post_fork(server: Any, worker: Any) -> None:
    """Let a worker end with its master, and log as the other services do."""
    die_with_parent(server.pid)
    set_up_logging("web")
