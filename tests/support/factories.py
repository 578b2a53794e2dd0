"""Users and recordings for tests of the core."""

from __future__ import annotations

from datetime import UTC, datetime

from core.accounts import users
from core.database.tables import Recording, User
from core.recordings import queries
from core.recordings.options import UploadOptions
from core.storage.store import file_store
from core.uploads import intake
from core.uploads.intake import ArrivedFile

NOW = datetime(2026, 4, 21, 13, 0, tzinfo=UTC)


def make_user(name: str) -> User:
    return users.create_user(f"{name}@example.org", None)


def make_recording(owner: User, now: datetime = NOW, *, content: bytes = b"sound", **options: str) -> Recording:
    path = file_store().new_incoming()
    path.write_bytes(content)
    upload = ArrivedFile(path, "talk.mp3", len(content), "ab" * 32)
    recording = intake.take_in(owner, upload, UploadOptions(**options), now)
    found = queries.get(recording.id)
    assert found is not None
    return found
