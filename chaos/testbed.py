"""A RealRecap installation whose processes (Redis, workers, beat, web server) can be broken one by one."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import config
from chaos.failpoint_control import FailpointControl
from chaos.fork_server import ForkServer
from chaos.managed_process import ManagedProcess
from chaos.waiting import accepts_connections, free_port, wait_until
from core import worker_register
from core.accounts import users
from core.clock import utc_now
from core.database import schema, sessions
from core.database.tables import Job, Recording, Status, User
from core.jobs.queues import QUEUES
from core.queue.celery_app import TASK, make_celery
from core.recordings import queries
from core.recordings.options import UploadOptions
from core.storage.store import file_store
from core.uploads import intake
from core.uploads.intake import ArrivedFile

LEASE_SECONDS, HEARTBEAT_SECONDS = 3, 1
FINAL_STATUSES = (Status.DONE, Status.FAILED, Status.CANCELLED)
LOG_TAIL_CHARACTERS = 1500
_CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "chaos.celery_app.celery")


class Testbed:
    """Named processes on their own DATA_DIR: `redis`, `beat`, `web` and any workers added. None runs until started.

    The process that creates a testbed shares its settings (`config.load`) until the testbed is closed, and so reads and
    changes the same database. With a fork server, workers and beat start sooner.
    """

    __test__ = False  # despite its name, nothing for pytest to collect

    def __init__(self, folder: Path, fork_server: ForkServer | None = None, **settings: object) -> None:
        self.folder, self.data_dir = folder, folder / "data"
        self.failpoints = FailpointControl(folder)
        (folder / "logs").mkdir()
        (folder / "redis").mkdir()
        self.redis_port, self.web_port = free_port(), free_port()
        self._apply_settings(settings)
        self.environment = {
            **os.environ, "CHAOS_FOLDER": str(folder), "CHAOS_FAST_POOL": "yes" if fork_server else "",
            "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        self.processes: dict[str, ManagedProcess] = {}
        self._fork_server = fork_server
        self._add_basic_processes()
        file_store().make_folders()
        schema.upgrade()
        self.owner = self.make_user("owner")

    def _apply_settings(self, settings: dict[str, object]) -> None:
        chosen = {
            "DATA_DIR": self.data_dir,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "OLLAMA_HOST": f"http://127.0.0.1:{free_port()}",
            "OLLAMA_RETRIES": 0,
            "LEASE_SECONDS": LEASE_SECONDS,
            "HEARTBEAT_SECONDS": HEARTBEAT_SECONDS,
            "SECRET_KEY": "only-for-tests-" + "k" * 32,
            "PORT": self.web_port,
            **settings,
        }
        self.settings = {name: str(value) for name, value in chosen.items()}
        self._earlier_values = {name: os.environ.get(name) for name in self.settings}
        os.environ.update(self.settings)
        config.load.cache_clear()

    # processes

    def _add_basic_processes(self) -> None:
        from launcher.redis_server import find_executable

        self.add(
            "redis", find_executable(), "--port", str(self.redis_port), "--bind", "127.0.0.1", "--appendonly", "yes",
            "--save", "", "--dir", str(self.folder / "redis"), "--loglevel", "warning",
        )  # fmt: skip
        self.add_beat("beat")
        self.add("web", sys.executable, "-m", "gunicorn", "-c", "launcher/gunicorn_conf.py", "run:app")

    def add(self, name: str, *command: str) -> ManagedProcess:
        """Add a process by its command."""
        fork_server = self._fork_server if "celery" in command else None
        log = self.folder / "logs" / f"{name}.log"
        self.processes[name] = ManagedProcess(name, command, self.environment, log, fork_server)
        return self.processes[name]

    def add_worker(self, name: str, queues: str = ",".join(QUEUES)) -> ManagedProcess:
        """Add a worker for some queues, all of them by default."""
        options = ("-Q", queues, "--concurrency=1", "-n", f"{name}@%h", "--without-gossip", "--without-mingle")
        return self.add(name, *_CELERY, "worker", *options)

    def add_beat(self, name: str) -> ManagedProcess:
        """Add a beat."""
        return self.add(name, *_CELERY, "beat", "-s", str(self.folder / f"{name}-schedule"))

    def __getitem__(self, name: str) -> ManagedProcess:
        return self.processes[name]

    def start(self, *names: str) -> None:
        """Start processes and wait until each is ready."""
        for name in names:
            self[name].start()
        for name in names:
            self._wait_ready(name)

    def restore(self, *names: str) -> None:
        """Resume processes that are frozen and start those that are dead."""
        dead = []
        for name in names:
            self[name].signal_group(signal.SIGCONT)
            if not self[name].is_alive:
                self[name].kill_all()
                dead.append(name)
        self.start(*dead)

    def _wait_ready(self, name: str) -> None:
        process = self[name]
        if name == "redis":
            wait_until(self.redis_answers, 20, "Redis answers")
        elif name == "web":
            wait_until(lambda: accepts_connections(self.web_port), 60, "the web server listens")
        elif "worker" in process.command:
            wait_until(lambda: self._is_registered(process), 90, f"{name} registers", self.log_tails)

    @staticmethod
    def _is_registered(process: ManagedProcess) -> bool:
        if not process.is_alive:
            raise RuntimeError(f"{process.name} failed to start:\n{process.read_log()[-LOG_TAIL_CHARACTERS:]}")
        return any(worker.id.split(":")[1] == str(process.pid) for worker in worker_register.live_workers(utc_now()))

    def child_pid(self, name: str) -> int:
        """The child in which a worker runs its jobs."""
        wait_until(lambda: self[name].children, 20, f"{name} has a child")
        return self[name].children[0]

    def log_tails(self) -> str:
        """The end of every log, for the message of a failed test."""
        tails = ((process.name, process.read_log()[-LOG_TAIL_CHARACTERS:]) for process in self.processes.values())
        return "\n".join(f"-- {name}\n{tail}" for name, tail in tails)

    def close(self) -> None:
        """Kill every process and restore the settings of this one."""
        for process in reversed(self.processes.values()):
            process.kill_all()
        sessions.engine().dispose()
        for name, value in self._earlier_values.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        config.load.cache_clear()

    # Redis

    @property
    def redis(self) -> Any:
        """A new client of the testbed's Redis that never retries."""
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return Redis(port=self.redis_port, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))

    def redis_answers(self) -> bool:
        """Whether Redis answers a ping."""
        from redis.exceptions import RedisError

        try:
            return bool(self.redis.ping())
        except RedisError:
            return False

    def notify(self, *queues: str, times: int = 1) -> None:
        """Send notifications to queues (default: all) as a web server does."""
        app = make_celery()
        for queue in queues or QUEUES:
            for _ in range(times):
                app.send_task(TASK, args=[queue], queue=queue, retry=False)
        app.close()

    # recordings

    def make_user(self, name: str) -> User:
        """Create an account."""
        return users.create_user(f"{name}@example.org", None)

    def upload(self, content: bytes, owner: User | None = None, **options: Any) -> str:
        """Create a recording as a web server does once the bytes are on disk, and return its id."""
        incoming = file_store().new_incoming()
        incoming.write_bytes(content)
        arrived = ArrivedFile(incoming, "talk.wav", len(content), hashlib.sha256(content).hexdigest())
        return intake.take_in(owner or self.owner, arrived, UploadOptions(**options), utc_now()).id

    def recording(self, recording_id: str) -> Recording:
        """The current row of a recording. Raises LookupError."""
        found = queries.get(recording_id)
        if found is None:
            raise LookupError(recording_id)
        return found

    def job(self, recording_id: str) -> Job:
        """The current row of a recording's job."""
        return self.recording(recording_id).job

    def holder_pid(self, recording_id: str) -> int | None:
        """The process that holds a job, None if no process does."""
        worker_id = self.job(recording_id).worker_id
        return int(worker_id.rpartition(":")[2].partition(".")[0]) if worker_id else None

    def wait_injected(self) -> None:
        """Wait until the fault of every armed failpoint was injected."""
        wait_until(lambda: not self.failpoints.armed(), 60, "the fault is injected", self.log_tails)

    def wait_holder(self, recording_id: str) -> int:
        """Wait until the armed fault was injected; the process that holds the recording's job then."""
        self.wait_injected()
        holder = self.holder_pid(recording_id)
        if holder is None:
            raise LookupError(f"no process holds the job of {recording_id}")
        return holder

    def wait_final(self, *recording_ids: str, seconds: float = 120) -> None:
        """Wait until each job is done, failed or cancelled."""
        for recording_id in recording_ids:
            wait_until(partial(self._has_ended, recording_id), seconds, f"{recording_id} ends", self.log_tails)

    def _has_ended(self, recording_id: str) -> bool:
        return self.job(recording_id).status in FINAL_STATUSES
