"""Nothing of a deleted recording stays in the files of the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import update
from support.factories import NOW, make_recording, make_user

import config
from core.accounts import users
from core.database import schema, sessions
from core.database.sessions import write
from core.database.tables import Recording
from core.recordings import speaker_names
from core.retention import account_deletion, deletion

pytestmark = pytest.mark.usefixtures("sqlite")
WORDS = ("Layoffs in the Lyon office", "layoffs-lyon.wav", "Mrs Abercrombie", "Anatole Frühling")


def bytes_of_database() -> bytes:
    folder = config.load().data_dir
    files = [path for path in folder.iterdir() if path.is_file() and ".db" in path.name]
    assert files
    return b"".join(path.read_bytes() for path in files)


def recording_with_words() -> Recording:
    recording = make_recording(make_user("ann"))
    facts = {"speakers": [WORDS[2]], "decisions": 1}
    with write() as session:
        session.execute(update(Recording).values(title=WORDS[0], filename=WORDS[1], facts=facts))
    speaker_names.set_names(recording.id, {"S1": WORDS[3]}, NOW)
    return recording


def test_no_byte_of_a_deleted_recording_stays_in_the_database_or_its_journal(data_dir: Path) -> None:
    recording = recording_with_words()
    before = bytes_of_database()
    assert all(word.encode() in before for word in WORDS[:3]), "else this test could not fail"
    deletion.remove_recording(recording.id)
    after = bytes_of_database()
    assert [word for word in WORDS if word.encode() in after or word.encode("unicode_escape") in after] == []


def downgrade() -> None:
    """Go back to the tables of the version before."""
    settings = Config()
    settings.set_main_option("script_location", str(schema.MIGRATIONS))
    with sessions.engine().execution_options(write=True).begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "-1")


def test_an_upgrade_forgets_what_earlier_versions_left_in_unused_pages(data_dir: Path) -> None:
    recording = recording_with_words()
    with closing(sqlite3.connect(data_dir / "realrecap.db")) as earlier:
        earlier.execute("PRAGMA secure_delete=OFF")
        earlier.execute("PRAGMA foreign_keys=ON")
        earlier.execute("DELETE FROM recording WHERE id = ?", (recording.id,))
        earlier.commit()
    downgrade()
    sessions.forget_deleted()
    assert WORDS[0].encode() in bytes_of_database(), "else this test could not fail"
    schema.upgrade()
    assert [word for word in WORDS if word.encode() in bytes_of_database()] == []


def test_the_address_of_a_deleted_user_goes_too(data_dir: Path) -> None:
    users.create_user("admin@example.org", "four words of length", is_admin=True)
    ann = make_user("ann.abercrombie")
    assert b"ann.abercrombie" in bytes_of_database()
    account_deletion.remove_user(ann.id, NOW)
    assert b"ann.abercrombie" not in bytes_of_database()


def test_a_reader_that_holds_the_journal_up_does_not_hold_up_the_deletion(data_dir: Path) -> None:
    recording = recording_with_words()
    with sessions.engine().connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM recording").all()
        deletion.remove_recording(recording.id)
    sessions.forget_deleted()
    assert [word for word in WORDS if word.encode() in bytes_of_database()] == []
