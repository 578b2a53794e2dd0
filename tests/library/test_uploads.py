"""Unfinished uploads on both databases: how they end, whoever ends them and whatever stops that."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta

import pytest
from library_factories import make_user
from sqlalchemy import func, select

from library import care, database, recordings, uploads, users
from library.models import Job, Recording, ResumableUpload, User, utc_now
from library.recordings import Wishes

pytestmark = pytest.mark.usefixtures("any_database")
NOW = utc_now()  # the files have the time of the machine
LATER = NOW + timedelta(days=3)


@pytest.fixture
def ann() -> User:
    return make_user("ann")


def begin(owner: User, length: int = 100) -> ResumableUpload:
    return uploads.create(owner.id, uploads.Announced("talk.mp3", length, Wishes(title="Talk")), NOW)


def count(table: type[Recording] | type[Job] | type[ResumableUpload]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_whole_upload_is_made_a_recording_by_the_sweep_when_nobody_asks_again(ann: User) -> None:
    upload = begin(ann)
    uploads.append(upload, 0, b"x" * 100)
    assert uploads.sweep(NOW) == 1
    found = recordings.get(upload.id, ann.id)
    assert found is not None and (found.title, found.sha256) == ("Talk", hashlib.sha256(b"x" * 100).hexdigest())
    assert recordings.files().recording(upload.id).read_bytes() == b"x" * 100
    assert recordings.files().incoming_sizes() == {} and uploads.sweep(NOW) == 0


def test_many_who_end_an_upload_at_once_make_one_recording(ann: User) -> None:
    upload = begin(ann)
    uploads.append(upload, 0, b"x" * 100)
    ended: list[str | None] = []
    threads = [threading.Thread(target=lambda: ended.append(uploads.finish(upload.id, NOW))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [upload.id] * 6
    assert count(Recording) == count(Job) == 1


@pytest.mark.parametrize("place", ["link_upload", "insert", "unlink"])
def test_an_end_that_was_cut_short_is_made_up_for(ann: User, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = begin(ann)
    uploads.append(upload, 0, b"x" * 100)

    def cut(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        names = {"link_upload": "library.files.Files.link_upload", "insert": "library.recordings.insert"}
        patch.setattr(names.get(place, "pathlib.Path.unlink"), cut)
        with pytest.raises(KeyboardInterrupt):
            uploads.finish(upload.id, NOW)
    recordings.sweep_files(LATER, age_seconds=0)
    assert uploads.offset(upload) == 100
    assert uploads.finish(upload.id, NOW) == upload.id
    recordings.sweep_files(LATER, age_seconds=0)
    assert recordings.files().recording(upload.id).read_bytes() == b"x" * 100
    assert count(Recording) == count(Job) == 1
    assert recordings.files().incoming_sizes() == {} and care.verify(LATER, 0).total == 0


def test_of_two_creations_at_once_one_gets_the_last_place(
    ann: User, settings_of: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of(MAX_UNFINISHED_UPLOADS=1)  # type: ignore[operator]
    results: list[object] = []

    def create() -> None:
        try:
            results.append(begin(ann))
        except uploads.QuotaExceeded as error:
            results.append(error)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, ResumableUpload) for each in results) == 1
    assert len(recordings.files().incoming_sizes()) == 1, "who was refused left no file"


def test_what_is_still_arriving_is_never_swept_and_what_has_expired_goes(ann: User) -> None:
    first, second = begin(ann), begin(ann)
    uploads.append(first, 0, b"x")
    uploads.renew(first.id, LATER)
    recordings.sweep_files(LATER, age_seconds=0)
    assert set(recordings.files().incoming_sizes()) == {first.id, second.id}
    assert uploads.sweep(LATER) == 1
    assert set(recordings.files().incoming_sizes()) == {first.id}
    assert uploads.get(second.id, ann.id, LATER) is None


def test_an_upload_that_goes_on_while_it_is_swept_stays(ann: User) -> None:
    upload = begin(ann)
    uploads.renew(upload.id, LATER)
    assert not uploads.remove(upload.id, expired_by=LATER)
    assert uploads.offset(upload) == 0


def test_lost_and_strange_files_are_found_and_mended(ann: User) -> None:
    kept, lost = begin(ann), begin(ann)
    files = recordings.files()
    files.incoming(lost.id).unlink()
    files.incoming("stranger").write_bytes(b"x")
    found = care.verify(LATER)
    assert (found.partial_files_without_upload, found.uploads_without_partial_file) == ({"stranger"}, {lost.id})
    with pytest.raises(uploads.UploadGone):
        uploads.offset(lost)
    assert care.repair(found, LATER) == 2
    assert care.verify(LATER).total == 0 and uploads.offset(kept) == 0


def test_the_uploads_of_an_account_go_with_it(ann: User) -> None:
    upload = begin(ann)
    with database.write() as session:
        session.delete(session.get_one(users.User, ann.id))
    assert count(ResumableUpload) == 0
    recordings.sweep_files(LATER, age_seconds=0)
    assert not recordings.files().incoming(upload.id).exists()
