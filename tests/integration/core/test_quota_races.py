"""Quotas and reserved disk space under every way in at once, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import config
from core.accounts import users
from core.clock import utc_now
from core.database import sessions
from core.database.tables import Recording, Reservation, ResumableUpload, User
from core.recordings.options import UploadOptions
from core.retention import account_deletion
from core.storage.store import file_store
from core.uploads import intake, limits, reservations, resumable
from core.uploads.limits import AccountClosed, QuotaExceeded
from core.uploads.resumable import AnnouncedUpload, UploadGone
from pipeline.errors import PipelineError, StorageFull

PIECE = 1000


@pytest.fixture
def ann(any_database: str, settings_of: Callable[..., config.Settings]) -> User:
    """A user with room for ten pieces."""
    settings_of(MAX_USER_BYTES=10 * PIECE)
    return users.create_user("ann@example.org", None)


def kept_bytes() -> int:
    with sessions.read() as session:
        return session.scalar(select(func.coalesce(func.sum(Recording.size_bytes), 0))) or 0


def promised_bytes() -> int:
    """Bytes kept, announced and reserved, as one look sees them."""
    with sessions.read() as session:
        announced = select(func.coalesce(func.sum(ResumableUpload.length), 0)).where(
            ResumableUpload.recording_id.is_(None)
        )
        totals = (
            select(func.coalesce(func.sum(Recording.size_bytes), 0)).scalar_subquery(),
            announced.scalar_subquery(),
            select(func.coalesce(func.sum(Reservation.size_bytes), 0)).scalar_subquery(),
        )
        return sum(int(each) for each in session.execute(select(*totals)).one())


def upload_at_once(owner: User, source: Path) -> None:
    """As the form and the API do, of a length that is not known before."""
    with reservations.reserve(owner.id, 0, 10**9) as space:
        try:
            file = intake.copy_in(source, space)
            intake.take_in(owner, file, UploadOptions(), utc_now(), space)
        finally:
            space.path.unlink(missing_ok=True)


def upload_resumably(owner: User, source: Path) -> None:
    data = source.read_bytes()
    upload = resumable.create(owner.id, AnnouncedUpload(source.name, len(data), UploadOptions()), utc_now())
    resumable.append(upload, 0, data[:400])
    resumable.append(upload, 400, data[400:])
    resumable.finish(upload.id, utc_now())


def upload_by_command(owner: User, source: Path) -> None:
    intake.take_in_copy(owner, source, UploadOptions(), utc_now())


def test_many_at_once_never_get_more_than_the_quota(ann: User, tmp_path: Path) -> None:
    source = tmp_path / "talk.wav"
    source.write_bytes(b"x" * PIECE)
    most, is_over = [0], threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            most[0] = max(most[0], promised_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()

    def attempt(way: Callable[[User, Path], None]) -> bool:
        try:
            way(ann, source)
        except QuotaExceeded:
            return False
        return True

    ways = [upload_at_once, upload_resumably, upload_by_command] * 8
    with ThreadPoolExecutor(24) as pool:
        succeeded = sum(pool.map(attempt, ways))
    is_over.set()
    watcher.join()
    assert most[0] <= 10 * PIECE
    assert kept_bytes() == succeeded * PIECE <= 10 * PIECE
    while attempt(upload_by_command):
        pass
    assert kept_bytes() == promised_bytes() == 10 * PIECE, "what was refused gave its space back"
    assert file_store().incoming_sizes() == {}


def test_a_user_deleted_amid_uploads_leaves_nothing(
    ann: User, tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(MAX_USER_BYTES=0)
    users.create_user("boss@example.org", None, is_admin=True)
    source = tmp_path / "talk.wav"
    source.write_bytes(b"x" * PIECE)
    arrived = threading.Semaphore(0)

    def upload_until_refused(way: Callable[[User, Path], None]) -> PipelineError:
        while True:
            try:
                way(ann, source)
                arrived.release()
            except (AccountClosed, UploadGone) as error:
                return error

    ways = (upload_at_once, upload_resumably, upload_by_command)
    with ThreadPoolExecutor(6) as pool:
        refusals = [pool.submit(upload_until_refused, way) for way in ways * 2]
        for _ in range(6):
            assert arrived.acquire(timeout=60)
        account_deletion.remove_user(ann.id, utc_now())
    assert {refusal.result().code for refusal in refusals} <= {"account_closed", "upload_gone"}
    assert (kept_bytes(), promised_bytes()) == (0, 0)
    assert file_store().incoming_sizes() == {}
    assert list((file_store().root / "recordings").iterdir()) == []


def test_many_at_once_never_get_more_files_than_allowed(
    ann: User, tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(MAX_USER_RECORDINGS=3, MAX_USER_BYTES=0)
    source = tmp_path / "talk.wav"
    source.write_bytes(b"x" * PIECE)

    def attempt(way: Callable[[User, Path], None]) -> None:
        try:
            way(ann, source)
        except QuotaExceeded:
            return

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(attempt, [upload_at_once, upload_resumably, upload_by_command] * 4))
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Recording)) <= 3


def test_many_users_at_once_never_get_more_than_the_disk(
    ann: User, settings_of: Callable[..., config.Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of(MAX_USER_BYTES=0)
    owners = [ann, *(users.create_user(f"user{number}@example.org", None) for number in range(5))]
    monkeypatch.setattr("core.storage.files.FileStore.free_bytes", lambda _self: limits.RESERVE_BYTES + 10 * PIECE)
    kept: list[reservations.ReservedSpace] = []

    def attempt(number: int) -> bool:
        owner = owners[number % len(owners)]
        try:
            if number % 2:
                resumable.create(owner.id, AnnouncedUpload("a.wav", PIECE, UploadOptions()), utc_now())
            else:
                space = reservations.ReservedSpace(owner.id, PIECE)
                space.begin(PIECE)
                kept.append(space)
        except StorageFull:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(attempt, range(36))) == 10
    assert promised_bytes() == 10 * PIECE


def test_a_file_that_grows_reserves_as_it_grows_and_no_more_than_there_is(ann: User) -> None:
    with reservations.reserve(ann.id, 0, 10**9) as space:
        for size in range(100, 10 * PIECE + 1, 100):
            space.cover(size)
            assert size <= promised_bytes() <= 10 * PIECE
        with pytest.raises(QuotaExceeded):
            space.cover(10 * PIECE + 1)
    assert promised_bytes() == 0


def test_the_reservation_of_a_process_that_died_is_given_up(ann: User) -> None:
    reservations.ReservedSpace(ann.id, PIECE).begin(10 * PIECE)
    with pytest.raises(QuotaExceeded):
        resumable.create(ann.id, AnnouncedUpload("a.wav", 1, UploadOptions()), utc_now())
    later = utc_now() + reservations.KEPT + timedelta(seconds=1)
    assert resumable.create(ann.id, AnnouncedUpload("a.wav", 1, UploadOptions()), later)
    resumable.sweep(later)
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Reservation)) == 0


def test_the_command_line_keeps_to_the_quota_and_leaves_nothing_behind(ann: User, tmp_path: Path) -> None:
    source = tmp_path / "long.wav"
    source.write_bytes(b"x" * (10 * PIECE + 1))
    with pytest.raises(PipelineError, match="all the space"):
        intake.take_in_copy(ann, source, UploadOptions(), utc_now())
    assert promised_bytes() == 0
    assert file_store().incoming_sizes() == {}
    assert not file_store().recording_ids()
