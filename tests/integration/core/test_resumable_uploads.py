"""Unfinished uploads on both databases: how they end, whoever ends them and whatever stops that."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from support.factories import make_user

from core.accounts import users
from core.clock import utc_now
from core.database import sessions
from core.database.tables import Job, Recording, ResumableUpload, User
from core.recordings import queries
from core.recordings.options import UploadOptions
from core.retention import consistency, deletion
from core.storage.store import file_store
from core.uploads import limits, resumable

pytestmark = pytest.mark.usefixtures("any_database")
NOW = utc_now()  # the files have the time of the machine
LATER = NOW + timedelta(days=3)


@pytest.fixture
def ann() -> User:
    return make_user("ann")


def begin(owner: User, length: int = 100) -> ResumableUpload:
    return resumable.create(owner.id, resumable.AnnouncedUpload("talk.mp3", length, UploadOptions(title="Talk")), NOW)


def count(table: type[Recording] | type[Job] | type[ResumableUpload]) -> int:
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_whole_upload_is_made_a_recording_by_the_sweep_when_nobody_asks_again(ann: User) -> None:
    upload = begin(ann)
    resumable.append(upload, 0, b"x" * 100)
    assert resumable.sweep(NOW) == 1
    found = queries.get(upload.id, ann.id)
    assert found is not None
    assert (found.title, found.sha256) == ("Talk", hashlib.sha256(b"x" * 100).hexdigest())
    assert file_store().recording(upload.id).read_bytes() == b"x" * 100
    assert file_store().incoming_sizes() == {}
    assert resumable.sweep(NOW) == 0


def test_many_who_end_an_upload_at_once_make_one_recording(ann: User) -> None:
    upload = begin(ann)
    resumable.append(upload, 0, b"x" * 100)
    ended: list[str | None] = []
    threads = [threading.Thread(target=lambda: ended.append(resumable.finish(upload.id, NOW))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [upload.id] * 6
    assert count(Recording) == count(Job) == 1


@pytest.mark.parametrize("place", ["link_upload", "insert", "unlink"])
def test_an_end_that_was_cut_short_is_made_up_for(ann: User, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = begin(ann)
    resumable.append(upload, 0, b"x" * 100)

    def cut(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        names = {
            "link_upload": "core.storage.files.FileStore.link_upload",
            "insert": "core.uploads.intake.register",
        }
        patch.setattr(names.get(place, "pathlib.Path.unlink"), cut)
        with pytest.raises(KeyboardInterrupt):
            resumable.finish(upload.id, NOW)
    deletion.sweep_files(LATER, age_seconds=0)
    assert resumable.offset(upload) == 100
    assert resumable.finish(upload.id, NOW) == upload.id
    deletion.sweep_files(LATER, age_seconds=0)
    assert file_store().recording(upload.id).read_bytes() == b"x" * 100
    assert count(Recording) == count(Job) == 1
    assert file_store().incoming_sizes() == {}
    assert consistency.verify(LATER, 0).total == 0


def test_of_two_creations_at_once_one_gets_the_last_place(
    ann: User, settings_of: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of(MAX_UNFINISHED_UPLOADS=1)  # type: ignore[operator]
    results: list[object] = []

    def create() -> None:
        try:
            results.append(begin(ann))
        except limits.QuotaExceeded as error:
            results.append(error)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, ResumableUpload) for each in results) == 1
    assert len(file_store().incoming_sizes()) == 1, "who was refused left no file"


def test_what_is_still_arriving_is_never_swept_and_what_has_expired_goes(ann: User) -> None:
    first, second = begin(ann), begin(ann)
    resumable.append(first, 0, b"x")
    resumable.renew(first.id, LATER)
    deletion.sweep_files(LATER, age_seconds=0)
    assert set(file_store().incoming_sizes()) == {first.id, second.id}
    assert resumable.sweep(LATER) == 1
    assert set(file_store().incoming_sizes()) == {first.id}
    assert resumable.get(second.id, ann.id, LATER) is None


def test_an_upload_that_goes_on_while_it_is_swept_stays(ann: User) -> None:
    upload = begin(ann)
    resumable.renew(upload.id, LATER)
    assert not resumable.remove(upload.id, expired_by=LATER)
    assert resumable.offset(upload) == 0


def test_lost_and_strange_files_are_found_and_mended(ann: User) -> None:
    kept, lost = begin(ann), begin(ann)
    files = file_store()
    files.incoming(lost.id).unlink()
    files.incoming("stranger").write_bytes(b"x")
    found = consistency.verify(LATER)
    assert (found.partial_files_without_upload, found.uploads_without_partial_file) == ({"stranger"}, {lost.id})
    with pytest.raises(resumable.UploadGone):
        resumable.offset(lost)
    assert consistency.repair(found, LATER) == 2
    assert consistency.verify(LATER).total == 0
    assert resumable.offset(kept) == 0


def test_the_uploads_of_an_account_go_with_it(ann: User) -> None:
    upload = begin(ann)
    with sessions.write() as session:
        session.delete(session.get_one(users.User, ann.id))
    assert count(ResumableUpload) == 0
    deletion.sweep_files(LATER, age_seconds=0)
    assert not file_store().incoming(upload.id).exists()
