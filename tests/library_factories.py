"""Users and recordings for tests of the library."""

from __future__ import annotations

from datetime import UTC, datetime

from library import recordings, users
from library.models import Recording, User
from library.recordings import Upload, Wishes

NOW = datetime(2026, 4, 21, 13, 0, tzinfo=UTC)


def make_user(name: str) -> User:
    return users.create_user(f"{name}@example.org", None)


def make_recording(owner: User, now: datetime = NOW, *, content: bytes = b"sound", **wishes: str) -> Recording:
    path = recordings.files().new_incoming()
    path.write_bytes(content)
    upload = Upload(path, "talk.mp3", len(content), "ab" * 32)
    recording = recordings.add(owner, upload, Wishes(**wishes), now)
    found = recordings.get(recording.id)
    assert found is not None
    return found
