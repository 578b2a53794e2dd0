"""RealRecap in parts that can be broken one by one: Redis, workers, beat and web server on a DATA_DIR of their own."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import config
from chaos.nursery import Nursery
from chaos.parts import Part
from core import worker_register
from core.accounts import users
from core.clock import utc_now
from core.database import schema, sessions
from core.database.tables import Job, Recording, Status, User
from core.recordings import queries
from core.recordings.options import UploadOptions
from core.storage.store import file_store
from core.uploads import intake
from core.uploads.intake import ArrivedFile

SAMPLES = config.ROOT / "audio_samples"
LEASE_SECONDS, HEARTBEAT_SECONDS = 3, 1
FINAL = (Status.DONE, Status.FAILED, Status.CANCELLED)
_CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "chaos.app.celery")


class Rig:
    """The parts, by name: `redis`, `beat`, `web` and whatever workers were added. Nothing runs until it is started.

    The process that makes a rig shares its settings (`config.load`) until the rig is closed, and so asks and changes
    the same library. Workers of a nursery start sooner.
    """

    def __init__(self, folder: Path, nursery: Nursery | None = None, **settings: object) -> None:
        self.folder, self.data_dir = folder, folder / "data"
        (folder / "armed").mkdir(parents=True)
        (folder / "logs").mkdir()
        (folder / "redis").mkdir()
        self.redis_port, self.web_port = free_port(), free_port()
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
        self._before = {name: os.environ.get(name) for name in self.settings}
        os.environ.update(self.settings)
        config.load.cache_clear()
        self.environment = {
            **os.environ, "CHAOS_FOLDER": str(folder), "CHAOS_HURRY": "yes" if nursery else "", "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        self.parts: dict[str, Part] = {}
        self.nursery = nursery
        self._add_parts()
        file_store().make_folders()
        schema.upgrade()
        self.owner = self.make_user("owner")

    def _add_parts(self) -> None:
        from launcher.redis_server import find_executable

        self.add(
            "redis", find_executable(), "--port", str(self.redis_port), "--bind", "127.0.0.1", "--appendonly", "yes",
            "--save", "", "--dir", str(self.folder / "redis"), "--loglevel", "warning",
        )  # fmt: skip
        self.add_beat("beat")
        self.add("web", sys.executable, "-m", "gunicorn", "-c", "launcher/gunicorn_conf.py", "run:app")

    def add(self, name: str, *command: str) -> Part:
        """Add a part by its command."""
        nursery = self.nursery if "celery" in command else None
        self.parts[name] = Part(name, command, self.environment, self.folder / "logs" / f"{name}.log", nursery)
        return self.parts[name]

    def add_worker(self, name: str, queues: str = "gpu,cpu") -> Part:
        """Add a worker of some queues."""
        options = ("-Q", queues, "--concurrency=1", "-n", f"{name}@%h", "--without-gossip", "--without-mingle")
        return self.add(name, *_CELERY, "worker", *options)

    def add_beat(self, name: str) -> Part:
        """Add a beat."""
        return self.add(name, *_CELERY, "beat", "-s", str(self.folder / f"{name}-schedule"))

    def __getitem__(self, name: str) -> Part:
        return self.parts[name]

    def start(self, *names: str) -> None:
        """Start parts and wait until each is at work."""
        for name in names:
            self[name].start()
        for name in names:
            self._wait_ready(name)

    def _wait_ready(self, name: str) -> None:
        part = self[name]
        if name == "redis":
            until(self.redis_answers, 20, "Redis answers")
        elif name == "web":
            until(lambda: _connects(self.web_port), 60, "the web server listens")
        elif "worker" in part.command:
            until(lambda: self._reports(part), 90, f"{name} reports", self.tell)

    @staticmethod
    def _reports(part: Part) -> bool:
        if not part.lives:
            raise RuntimeError(f"{part.name} ended at its start:\n{part.read_log()[-1500:]}")
        return any(worker.id.split(":")[1] == str(part.pid) for worker in worker_register.live_workers(utc_now()))

    def close(self) -> None:
        """End every part and give the settings back."""
        for part in reversed(self.parts.values()):
            part.sweep_up()
        sessions.engine().dispose()
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        config.load.cache_clear()

    # Redis

    @property
    def redis(self) -> Any:
        """A fresh client of the rig's Redis."""
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return Redis(port=self.redis_port, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))

    def redis_answers(self) -> bool:
        """Whether Redis answers now."""
        from redis.exceptions import RedisError

        try:
            return bool(self.redis.ping())
        except RedisError:
            return False

    def nudge(self, *queues: str, times: int = 1) -> None:
        """Send nudges, as a web server does."""
        from core.queue.celery_app import QUEUES, make_celery

        app = make_celery()
        for queue in queues or QUEUES:
            for _ in range(times):
                app.send_task("work", args=[queue], queue=queue, retry=False)
        app.close()

    def mend(self, *names: str) -> None:
        """Bring parts back to life: thaw what is frozen, start what is dead."""
        dead = []
        for name in names:
            self[name].signal_group(signal.SIGCONT)
            if not self[name].lives:
                self[name].sweep_up()
                dead.append(name)
        self.start(*dead)

    # tripwires

    def arm(self, place: str, fault: str) -> None:
        """Have the first worker that passes a place meet a fault there; see `chaos.tripwires`."""
        (self.folder / "armed" / place).write_text(fault)

    def armed(self) -> set[str]:
        """The places whose fault nobody has met."""
        return {path.name for path in (self.folder / "armed").iterdir()}

    def events(self, recording_id: str | None = None) -> list[dict[str, Any]]:
        """What the tripwires noted, of one recording or of all."""
        path = self.folder / "events.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        noted = [json.loads(line) for line in lines]
        return [event for event in noted if recording_id in (None, event["recording"])]

    def passed(self, place: str, recording_id: str | None = None) -> int:
        """How often a place was passed."""
        return sum(event["place"] == place for event in self.events(recording_id))

    # recordings

    def make_user(self, name: str) -> User:
        """Make an account."""
        return users.create_user(f"{name}@example.org", None)

    def upload(self, content: bytes, owner: User | None = None, **wishes: Any) -> str:
        """Take in a recording, as a web server does once the bytes are on disk; the recording's id."""
        incoming = file_store().new_incoming()
        incoming.write_bytes(content)
        arrived = ArrivedFile(incoming, "talk.wav", len(content), hashlib.sha256(content).hexdigest())
        return intake.take_in(owner or self.owner, arrived, UploadOptions(**wishes), utc_now()).id

    def job(self, recording_id: str) -> Job:
        """The job of a recording as it is now."""
        return self.recording(recording_id).job

    def recording(self, recording_id: str) -> Recording:
        """A recording as it is now."""
        found = queries.get(recording_id)
        if found is None:
            raise LookupError(recording_id)
        return found

    def wait_final(self, *recording_ids: str, seconds: float = 120) -> None:
        """Wait until jobs have ended, one way or another."""
        for recording_id in recording_ids:
            until(partial(self._has_ended, recording_id), seconds, f"{recording_id} ends", self.tell)

    def _has_ended(self, recording_id: str) -> bool:
        return self.job(recording_id).status in FINAL

    def tell(self) -> str:
        """The last lines of every log, for whoever looks for a fault."""
        return "\n".join(f"-- {part.name}\n{part.read_log()[-1500:]}" for part in self.parts.values())

    def child(self, name: str) -> int:
        """The process in which a worker does its work."""
        until(lambda: self[name].children, 20, f"{name} has a child")
        return self[name].children[0]

    def holder(self, recording_id: str) -> int | None:
        """The process that holds a job."""
        worker_id = self.job(recording_id).worker_id
        return int(worker_id.rpartition(":")[2]) if worker_id else None


def fresh(sample: str) -> bytes:
    """A sample whose hash nobody has seen: two bytes of noise and a tag at its end."""
    return (SAMPLES / sample).read_bytes() + os.urandom(2) + b"tag-" + os.urandom(8)


def until(
    condition: Callable[[], object], seconds: float, what: str = "", explain: Callable[[], str] = lambda: ""
) -> float:
    """Wait until a condition holds; the seconds it took. Raises TimeoutError."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"waited {seconds} s in vain: {what}\n{explain()}")
        time.sleep(0.02)
    return time.monotonic() - began


def lives(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to one process of a rig; nothing happens where it is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def free_port() -> int:
    """A port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
