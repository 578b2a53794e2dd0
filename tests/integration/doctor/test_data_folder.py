"""Each line of `flask doctor` about DATA_DIR is red for its fault and green after its fix."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import config
from core.backup.history import note_backup
from core.clock import utc_now
from core.storage.store import file_store
from webapp.cli.check_result import CheckResult
from webapp.cli.file_checks import check_backup

Doctor = Callable[[str], CheckResult]
Settings = Callable[..., config.Settings]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away and mount a disk")


@pytest.fixture
def small_disk(data_dir: Path, doctor: Doctor) -> Iterator[Path]:
    """A disk of 400 MB, and nothing on it, at DATA_DIR."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=400M,mode=700", "tmpfs", str(data_dir)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("not allowed to mount a small disk")
    try:
        yield data_dir
    finally:
        subprocess.run(["umount", "--lazy", str(data_dir)], check=True)


def allocate(path: Path, size_bytes: int) -> None:
    """Fill a disk without writing to it."""
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size_bytes)


@as_root
def test_a_disk_too_small_for_what_may_be_uploaded_is_named(
    small_disk: Path, doctor: Doctor, settings_of: Settings
) -> None:
    settings_of(MAX_UPLOAD_BYTES="500MB", MAX_AUDIO_SECONDS=60)
    found = doctor("disk")
    assert (found.level, "largest recording allowed takes 712 MB" in found.state) == ("warning", True)
    assert "MAX_UPLOAD_BYTES" in str(found.fix)
    settings_of(MAX_UPLOAD_BYTES="100MB")
    assert doctor("disk").level == "ok"
    allocate(small_disk / "filler", 250_000_000)
    found = doctor("disk")
    assert (found.level, "uploads are refused" in found.state) == ("error", True)
    (small_disk / "filler").unlink()
    assert doctor("disk").level == "ok"


@as_root
def test_a_cache_without_room_for_a_few_recordings_is_named(
    small_disk: Path, doctor: Doctor, settings_of: Settings
) -> None:
    settings_of(MAX_UPLOAD_BYTES="100MB", MAX_AUDIO_SECONDS=3600)
    found = doctor("store")
    assert (found.level, "3 of the longest recordings take 346 MB" in found.state) == ("warning", True)
    assert "MAX_AUDIO_SECONDS" in str(found.fix)
    settings_of(MAX_AUDIO_SECONDS=600)
    assert doctor("store").level == "ok", "though the limit of the cache, 100 GB, is more than the disk has"
    allocate(small_disk / "filler", 80_000_000)
    assert doctor("store").level == "warning"
    settings_of(STAGE_MAX_BYTES="5MB")
    assert doctor("store").level == "ok", "so small a cache is the owner's wish"
    (small_disk / "filler").unlink()
    with file_store().publish("a" * 64, ".f16") as path:
        allocate(path, 60_000_000)
    settings_of(STAGE_MAX_BYTES="50MB")
    assert doctor("store").fix == "Run `flask files prune`."


@as_root
def test_what_belongs_to_somebody_else_in_the_data_folder_is_named(data_dir: Path, doctor: Doctor) -> None:
    doctor("files")
    (data_dir / "lost+found").mkdir()
    os.chown(data_dir / "lost+found", 12345, 12345)
    assert doctor("permissions").level == "ok"
    stranger = data_dir / "incoming" / "upload"
    stranger.touch()
    os.chown(stranger, 12345, 12345)
    found = doctor("permissions")
    assert (found.level, found.state) == ("error", f"{stranger} belongs to 12345")
    assert f"chown -R root {data_dir}" in str(found.fix)
    os.chown(stranger, 0, 0)
    assert doctor("permissions").level == "ok"


@as_root
def test_a_command_run_by_another_user_is_named(data_dir: Path, doctor: Doctor) -> None:
    os.chown(data_dir, 65534, 65534)
    found = doctor("permissions")
    assert (found.level, "belongs to nobody, and this runs as root" in found.state) == ("warning", True)
    assert "sudo -u nobody" in str(found.fix)
    os.chown(data_dir, 0, 0)
    assert doctor("permissions").level == "ok"


def test_secrets_that_others_can_read_are_named(
    data_dir: Path, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, env_file = data_dir / "secret-key", data_dir / ".env"
    for path in (secret, env_file):
        path.write_text("")
        path.chmod(0o644)
    monkeypatch.setattr(config.Settings, "env_path", env_file)
    for path in (env_file, secret):
        found = doctor("permissions")
        assert (found.level, found.fix) == ("warning", f"Run `chmod o= {path}`.")
        path.chmod(0o640)  # systemd's units read it by their group
    assert doctor("permissions").level == "ok"


def test_a_missing_or_old_backup_is_named(data_dir: Path, doctor: Doctor) -> None:
    found = doctor("backup")
    assert (found.level, found.state) == ("warning", "none was made here")
    assert "flask backup" in str(found.fix)
    note_backup(Path("/backup/monday.tar"), utc_now())
    assert doctor("backup").state == "/backup/monday.tar, 0 hours old"
    later = utc_now() + timedelta(days=7, hours=1)
    old = check_backup(config.load(), later)
    assert (old.level, old.state) == ("warning", "/backup/monday.tar, 7 days old")
    note_backup(Path("/backup/monday.tar"), later)
    assert check_backup(config.load(), later).level == "ok"


def test_a_check_that_is_not_allowed_to_look_does_not_end_the_doctor(
    data_dir: Path, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data_dir / "last-backup.json").mkdir()
    found = doctor("backup")
    assert (found.level, found.state) == ("error", "cannot be checked: Is a directory")
    assert doctor("python").level == "ok"
    (data_dir / "last-backup.json").rmdir()
