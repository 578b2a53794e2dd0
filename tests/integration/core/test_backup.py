"""Backups: whole or not there, taken while people work, restored into either kind of database."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.factories import NOW, make_recording, make_user

import config
from core.accounts import api_keys, sessions, users
from core.backup import archive, make
from core.backup.errors import BackupUnusable, RestoreRefused
from core.backup.make import Backup, make_backup
from core.backup.restore import restore_backup
from core.clock import utc_now
from core.database import schema
from core.database import sessions as database
from core.database.base import Base
from core.database.sessions import read
from core.database.tables import Recording, Status, User
from core.jobs import claims, recovery, transitions
from core.recordings import queries
from core.retention import deletion
from core.storage.store import file_store
from pipeline.errors import StorageFull

KEY = "ab" * 32
PASSWORD = "four words of length"
ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.usefixtures("any_database")


def ignore(_done: int, _total: int) -> None:
    pass


def backup(target: Path) -> Backup:
    return make_backup(target, NOW, ignore)


def restore(source: Path, *, replace: bool = False) -> archive.Manifest:
    return restore_backup(source, utc_now(), replace=replace, on_progress=ignore)


def finished(owner: User, content: bytes = b"sound") -> Recording:
    """A recording with a result and its samples."""
    recording = make_recording(owner, content=content)
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    assert transitions.note_result(held, "recap", KEY)
    for suffix in (".json", ".pdf", ".f16"):
        with file_store().publish(KEY, suffix) as path:
            path.write_bytes(f"result {suffix}".encode())
    assert transitions.finish(held, NOW)
    return recording


def rows() -> dict[str, list[tuple[object, ...]]]:
    """All rows of the tables that a backup has."""
    with read() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table)).all()), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in ("user_session", "reservation", "resumable_upload", "worker", "probe", "search_text")
        }


@pytest.fixture
def elsewhere(tmp_path: Path, settings_of: Callable[..., config.Settings]) -> Iterator[Callable[[], None]]:
    """Moves to an empty data folder with a SQLite database of its own, as on a new machine."""

    def move() -> None:
        settings_of(DATA_DIR=tmp_path / "elsewhere", DATABASE_URL="")
        file_store().make_folders()
        schema.upgrade()

    yield move
    database.engine().dispose()


def test_a_backup_brings_back_every_row_and_file_on_another_machine(
    tmp_path: Path, elsewhere: Callable[[], None]
) -> None:
    alice = users.create_user("alice@example.org", PASSWORD, is_admin=True)
    key = api_keys.create_api_key(alice, "programs")
    recording, before = finished(alice), rows()
    waiting = make_recording(make_user("bob"), content=b"other sound")
    before = rows()
    made = backup(tmp_path / "backup.tar")
    assert (made.manifest.users, made.manifest.recordings, made.missing) == (2, 2, ())

    elsewhere()
    assert restore(tmp_path / "backup.tar") == made.manifest
    assert rows() == before
    assert file_store().recording(recording.id).read_bytes() == b"sound"
    assert file_store().recording(waiting.id).read_bytes() == b"other sound"
    assert file_store().stage(KEY, ".pdf").read_bytes() == b"result .pdf"
    assert users.check_password("alice@example.org", PASSWORD) is not None
    assert api_keys.user_of_api_key(key, NOW) is not None
    assert claims.claim("cpu", "w", NOW, 60) is not None


def test_log_ins_unfinished_uploads_and_caches_are_not_in_a_backup(tmp_path: Path) -> None:
    alice = users.create_user("alice@example.org", PASSWORD)
    assert sessions.start_session(alice, "Firefox", "192.0.2.1", NOW)
    finished(alice)
    made = backup(tmp_path / "backup.tar")
    assert not [name for name in made.manifest.members if name.endswith((".f16", ".parts"))]
    archive.read_archive(tmp_path / "backup.tar", tmp_path / "unpacked", ignore)
    content = (tmp_path / "unpacked" / archive.DATABASE).read_bytes()
    assert b"alice@example.org" in content
    assert b"Firefox" not in content


def test_what_is_here_is_replaced_only_when_asked(tmp_path: Path) -> None:
    finished(make_user("ann"))
    backup(tmp_path / "backup.tar")
    before = rows()
    later = make_recording(make_user("bob"), content=b"later")
    with pytest.raises(RestoreRefused):
        restore(tmp_path / "backup.tar")
    assert queries.get(later.id) is not None
    restore(tmp_path / "backup.tar", replace=True)
    assert rows() == before
    assert not file_store().recording(later.id).exists()


def test_a_lost_file_is_told_and_the_rest_is_saved(tmp_path: Path) -> None:
    kept, lost = finished(make_user("ann")), make_recording(make_user("bob"))
    file_store().remove_recording(lost.id)
    made = backup(tmp_path / "backup.tar")
    assert made.missing == (f"recordings/{lost.id}",)
    assert f"recordings/{kept.id}" in made.manifest.members


def test_what_is_deleted_while_a_backup_is_made_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, going = finished(make_user("ann")), make_recording(make_user("bob"))
    original = make.save_rows

    def save_rows(path: Path) -> str:
        revision = original(path)
        if queries.get(going.id) is not None:
            deletion.remove_recording(going.id)
        return revision

    monkeypatch.setattr(make, "save_rows", save_rows)
    made = backup(tmp_path / "backup.tar")
    assert made.missing == ()
    assert [name for name in made.manifest.members if name.startswith("recordings/")] == [f"recordings/{kept.id}"]


def test_what_is_deleted_while_files_are_packed_is_still_whole(tmp_path: Path) -> None:
    recording = finished(make_user("ann"))

    def delete_meanwhile(_done: int, _total: int) -> None:
        if queries.get(recording.id) is not None:
            deletion.remove_recording(recording.id)

    made = make_backup(tmp_path / "backup.tar", NOW, delete_meanwhile)
    assert f"recordings/{recording.id}" in made.manifest.members


def test_a_running_job_is_taken_up_again_after_a_restore(tmp_path: Path) -> None:
    recording = make_recording(make_user("ann"))
    assert claims.claim("cpu", "w", NOW, 60) is not None
    backup(tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", replace=True)
    later = NOW + timedelta(minutes=5)
    assert recovery.sweep(later) == 1
    found = queries.get(recording.id)
    assert found is not None
    assert found.job.status == Status.QUEUED


def copies_of(backup_file: Path) -> Iterator[tuple[str, bytes]]:
    """Damaged copies of a backup, by what was done to them."""
    whole = backup_file.read_bytes()
    for share in (0.0, 0.1, 0.5, 0.8):
        yield f"cut at {share:.0%}", whole[: int(len(whole) * share)]
    manifest = whole.rindex(archive.MANIFEST.encode())
    yield "without its list", whole[:manifest] + bytes(1024)
    at = whole.index(b"sound")
    yield "a changed byte", whole[:at] + b"S" + whole[at + 1 :]
    yield "no archive", b"PK\x03\x04" + whole
    yield "a newer format", whole.replace(b'"format": 1', b'"format": 9')


def test_no_damaged_backup_is_restored(tmp_path: Path) -> None:
    finished(make_user("ann"))
    backup(tmp_path / "backup.tar")
    make_recording(make_user("bob"))
    before = rows()
    for what, data in copies_of(tmp_path / "backup.tar"):
        (tmp_path / "damaged.tar").write_bytes(data)
        with pytest.raises(BackupUnusable):
            restore(tmp_path / "damaged.tar", replace=True)
        assert rows() == before, what


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "stages/../../evil", "recordings/x", "database.sqlite/x"])
def test_no_file_is_unpacked_elsewhere(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"evil")
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.add(tmp_path / "file", arcname=name)
    with pytest.raises(BackupUnusable):
        archive.read_archive(tmp_path / "evil.tar", tmp_path / "out" / "folder", ignore)
    assert not list(tmp_path.rglob("evil"))


def test_a_link_in_a_backup_is_not_followed(tmp_path: Path) -> None:
    info = tarfile.TarInfo("recordings/" + "a" * 32)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.addfile(info)
    with pytest.raises(BackupUnusable):
        archive.read_archive(tmp_path / "evil.tar", tmp_path / "out", ignore)


def test_an_interrupted_backup_leaves_no_file(tmp_path: Path) -> None:
    finished(make_user("ann"))

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt):
        make_backup(folder / "backup.tar", NOW, stop)
    assert list(folder.iterdir()) == []
    assert not list((file_store().root / "tmp").rglob(archive.DATABASE))


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(make_user("ann"))
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(make.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(StorageFull):
        backup(tmp_path / "backup.tar")
    assert not (tmp_path / "backup.tar").exists()


def test_a_backup_is_for_its_owner_only(tmp_path: Path) -> None:
    mask = os.umask(0o077)
    try:
        finished(make_user("ann"))
        backup(tmp_path / "backup.tar")
    finally:
        os.umask(mask)
    assert (tmp_path / "backup.tar").stat().st_mode & 0o077 == 0


def test_sqlite_is_restored_into_the_database_that_is_set(
    any_database: str, tmp_path: Path, elsewhere: Callable[[], None], settings_of: Callable[..., config.Settings]
) -> None:
    here = config.load().data_dir
    elsewhere()
    finished(make_user("ann"))
    before = rows()
    backup(tmp_path / "backup.tar")
    database.engine().dispose()
    settings_of(DATA_DIR=here, DATABASE_URL=any_database)
    restore(tmp_path / "backup.tar")
    assert rows() == before


def test_the_first_version_is_backed_up_and_restored_by_this_one(tmp_path: Path, elsewhere: Callable[[], None]) -> None:
    from alembic import command

    elsewhere()
    recording = finished(make_user("ann"))
    with database.engine().execution_options(write=True).begin() as connection:
        settings = schema._settings()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0001")
    backup(tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", replace=True)
    found = queries.get(recording.id)
    assert found is not None
    assert found.job.status == Status.DONE
    assert schema.is_current()


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from core.backup.make import make_backup
from core.clock import utc_now

def kill(done, total):
    if done >= {share} * total:
        os.kill(os.getpid(), signal.SIGKILL)

make_backup(Path({target!r}), utc_now(), kill)
"""


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_killed_backup_leaves_nothing_that_passes_for_one(share: float, tmp_path: Path) -> None:
    finished(make_user("ann"))
    target = tmp_path / "backup.tar"
    target.write_bytes(b"the backup of yesterday")
    program = KILLED.format(root=str(ROOT), share=share, target=str(target))
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | {"DATA_DIR": str(file_store().root)})
    assert done.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"the backup of yesterday"
    for path in tmp_path.glob(".backup.tar*"):
        os.utime(path, (1, 1))
    backup(target)
    assert not list(tmp_path.glob(".backup.tar*"))
    archive.read_archive(target, None, ignore)
