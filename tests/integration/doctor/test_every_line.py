"""Every line of `flask doctor` turns red for a fault and green when it is mended; other files have more faults."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pynvml
import pytest
from redis import Redis
from sqlalchemy import text
from support.helpers import free_port
from support.nvml import plug_in, put_driver

import config
from core import gpu_check, worker_register
from core.backup.history import note_backup
from core.clock import utc_now
from core.database import schema, sessions
from core.jobs import pausing
from core.worker_register import WorkerModels
from model_store.manifest import FileEntry, Manifest, hash_file, write_manifest
from pipeline.decode import wall_check
from pipeline.render.pdf import fonts
from webapp.cli import machine_checks
from webapp.cli.doctor_checks import CHECKS
from workers import sweeper

Settings = Callable[..., config.Settings]
Fault = Callable[["Bench"], Iterator[None]]


class Bench:
    """An installation without a fault, and what faults are made with."""

    def __init__(self, folder: Path, redis: Redis, settings_of: Settings, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.redis, self.settings_of, self.patch = folder, redis, settings_of, patch
        self.data_dir = config.load().data_dir
        self.port = free_port()
        settings_of(PORT=self.port, SECRET_KEY="0123456789abcdef0123456789abcdef", MAX_UPLOAD_BYTES="1MB")
        settings_of(MAX_AUDIO_SECONDS=60)
        redis.config_set("appendonly", "yes")
        patch.setattr(gpu_check, "PCI_DEVICES", folder / "pci")
        patch.setattr(machine_checks, "MEMORY", folder / "meminfo")
        self.tell_memory(16_000_000)
        self.report(WorkerModels("large", "it fits", "pyannote"))
        worker_register.report_beat("here:1:beat", utc_now(), utc_now())
        note_backup(folder / "monday.tar", utc_now())

    def tell_memory(self, kilobytes: int) -> None:
        (self.folder / "meminfo").write_text(f"MemTotal: {kilobytes} kB\nMemAvailable: {kilobytes} kB\n")

    def report(self, models: WorkerModels) -> None:
        sweeper.report(("gpu", "cpu", "llm"), "no GPU: CPU int8", models)

    def set_revision(self, number: str) -> None:
        with sessions.engine().execution_options(write=True).begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})


@pytest.fixture
def bench(tmp_path: Path, redis: Redis, settings_of: Settings, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, redis, settings_of, monkeypatch)


def old_python(bench: Bench) -> Iterator[None]:
    with bench.patch.context() as patch:
        patch.setattr(machine_checks.check_python, "__defaults__", ((3, 10, 0),))
        yield


def little_memory(bench: Bench) -> Iterator[None]:
    bench.tell_memory(2_000_000)
    yield
    bench.tell_memory(16_000_000)


def small_disk(bench: Bench) -> Iterator[None]:
    bench.settings_of(MAX_UPLOAD_BYTES=10**18)
    yield
    bench.settings_of(MAX_UPLOAD_BYTES="1MB")


def open_folder(bench: Bench) -> Iterator[None]:
    bench.data_dir.chmod(0o755)
    yield
    bench.data_dir.chmod(0o700)


def readable_secret(bench: Bench) -> Iterator[None]:
    secret = bench.data_dir / "secret-key"
    secret.touch()
    secret.chmod(0o644)
    yield
    secret.chmod(0o600)


def no_room_in_the_cache(bench: Bench) -> Iterator[None]:
    bench.settings_of(MAX_AUDIO_SECONDS=10**12, STAGE_MAX_BYTES=10**18)
    yield
    bench.settings_of(MAX_AUDIO_SECONDS=60)


def old_backup(bench: Bench) -> Iterator[None]:
    note_backup(bench.folder / "monday.tar", utc_now() - timedelta(days=8))
    yield
    note_backup(bench.folder / "monday.tar", utc_now())


def old_tables(bench: Bench) -> Iterator[None]:
    bench.set_revision("0010")
    yield
    bench.set_revision(schema.newest_revision())


def redis_that_refuses(bench: Bench) -> Iterator[None]:
    bench.redis.acl_setuser("default", enabled=True, nopass=True, commands=["-lpush"])
    yield
    bench.redis.acl_setuser("default", enabled=True, nopass=True, commands=["+lpush"])


def redis_that_evicts(bench: Bench) -> Iterator[None]:
    bench.redis.config_set("maxmemory-policy", "allkeys-lru")
    yield
    bench.redis.config_set("maxmemory-policy", "noeviction")


def late_clock(bench: Bench) -> Iterator[None]:
    with bench.patch.context() as patch:
        patch.setattr(machine_checks, "utc_now", lambda: utc_now() - timedelta(minutes=2))
        yield


def paused_queue(bench: Bench) -> Iterator[None]:
    pausing.set_paused("gpu", utc_now())
    yield
    pausing.set_paused("gpu", None)


def silent_beat(bench: Bench) -> Iterator[None]:
    worker_register.report_beat("here:1:beat", utc_now() - timedelta(hours=1), utc_now())
    yield
    worker_register.report_beat("here:1:beat", utc_now(), utc_now())


def driver_of_another_version(bench: Bench) -> Iterator[None]:
    plug_in(bench.folder / "pci")
    with bench.patch.context() as patch:
        put_driver(patch, error=pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH)
        yield
    bench.patch.setattr(gpu_check, "PCI_DEVICES", bench.folder / "empty")


def decoder_that_dies(bench: Bench) -> Iterator[None]:
    with bench.patch.context() as patch:
        patch.setattr(wall_check, "try_walls", lambda: None)
        yield


def missing_model(bench: Bench) -> Iterator[None]:
    bench.report(WorkerModels(problem="No speech model is installed.", hint="Run `flask models pull`."))
    yield
    bench.report(WorkerModels("large", "it fits", "pyannote"))


def missing_engine(bench: Bench) -> Iterator[None]:
    bench.settings_of(DIARIZATION_ENGINE="speakrs")
    with bench.patch.context() as patch:
        patch.setattr("pipeline.engines.catalogue.find_spec", lambda name: None)
        yield
    bench.settings_of(DIARIZATION_ENGINE="pyannote")


def changed_model(bench: Bench) -> Iterator[None]:
    folder = bench.folder / "models" / "whisper-tiny"
    folder.mkdir(parents=True)
    for name in ("model.bin", "config.json"):
        (folder / name).write_bytes(b"{}")
    files = tuple(FileEntry(path=p.name, size=2, sha256=hash_file(p)) for p in sorted(folder.iterdir()))
    write_manifest(folder, Manifest(name="whisper-tiny", kind="whisper", repository="someone/tiny", files=files))
    bench.settings_of(MODELS_DIR=bench.folder / "models")
    (folder / "model.bin").write_bytes(b"[]")
    yield
    (folder / "model.bin").write_bytes(b"{}")


def missing_fonts(bench: Bench) -> Iterator[None]:
    with bench.patch.context() as patch:
        patch.setattr(fonts, "_FOLDER", bench.folder / "no-fonts")
        yield


def taken_port(bench: Bench) -> Iterator[None]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", bench.port))
        yield


def proxy_without_address(bench: Bench) -> Iterator[None]:
    bench.settings_of(TRUSTED_PROXIES=1)
    yield
    bench.settings_of(TRUSTED_PROXIES=0)


def missing_key(bench: Bench) -> Iterator[None]:
    bench.settings_of(SECRET_KEY="")
    yield
    bench.settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef")


FAULTS: dict[str, Fault] = {
    "python": old_python,
    "memory": little_memory,
    "disk": small_disk,
    "files": open_folder,
    "permissions": readable_secret,
    "store": no_room_in_the_cache,
    "backup": old_backup,
    "database": old_tables,
    "migrations": old_tables,
    "redis": redis_that_refuses,
    "redis storage": redis_that_evicts,
    "clock": late_clock,
    "workers": paused_queue,
    "beat": silent_beat,
    "gpu": driver_of_another_version,
    "decoder": decoder_that_dies,
    "speech models": missing_model,
    "speech engines": missing_engine,
    "model files": changed_model,
    "fonts": missing_fonts,
    "port": taken_port,
    "address": proxy_without_address,
    "cookies": missing_key,
}


@pytest.mark.parametrize("line", CHECKS)
def test_a_line_is_red_for_its_fault_and_green_before_and_after(bench: Bench, line: str) -> None:
    def look() -> tuple[str, str]:
        found = CHECKS[line](config.load())
        assert (found.component, found.fix is None) == (line, found.level == "ok")
        return found.level, found.state

    assert look()[0] == "ok", look()
    with contextmanager(FAULTS[line])(bench):
        assert look()[0] in ("warning", "error"), look()
    assert look()[0] == "ok", look()
