"""Accounts, sessions and keys on both databases: what ends a session ends it at once, also in a race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.factories import NOW, make_recording

from core.accounts import api_keys, sessions, users
from core.accounts.passwords import AccountError
from core.database.sessions import read, write
from core.database.tables import ApiKey, Recording, ResumableUpload, User, UserSession
from core.recordings.options import UploadOptions
from core.retention import account_deletion, consistency
from core.storage.store import file_store
from core.uploads import resumable
from core.uploads.resumable import AnnouncedUpload

pytestmark = pytest.mark.usefixtures("any_database")
PASSWORD, OTHER = "correct horse battery", "another long password"
NETWORK = "192.0.2.0/24"


@pytest.fixture
def ann() -> User:
    return users.create_user("ann@example.org", PASSWORD)


def log_in(user: User, browser: str = "Firefox on Linux") -> str:
    token = sessions.start_session(user, browser, NETWORK, NOW)
    assert token is not None
    return token


def test_of_a_session_only_a_hash_of_its_random_token_is_kept(ann: User) -> None:
    token, second = log_in(ann), log_in(ann)
    assert token != second
    assert len(token) >= 43
    with read() as session:
        kept = session.query(UserSession).first()
    assert kept is not None
    assert token not in {str(getattr(kept, column.name)) for column in UserSession.__table__.columns}
    found = sessions.find_session(token, NETWORK, NOW)
    assert found is not None
    assert found.user.id == ann.id
    assert sessions.find_session(found.digest, NETWORK, NOW) is None
    assert sessions.find_session("", NETWORK, NOW) is None


def test_a_password_set_or_a_user_disabled_ends_sessions_at_once(ann: User) -> None:
    users.create_user("admin@example.org", PASSWORD, is_admin=True)
    token = log_in(ann)
    users.set_password(ann.id, OTHER)
    assert sessions.find_session(token, NETWORK, NOW) is None
    changed = users.check_password(ann.email, OTHER)
    assert changed is not None
    token, key = log_in(changed), api_keys.create_api_key(ann, "script")
    users.disable_user(ann.id, NOW)
    assert sessions.find_session(token, NETWORK, NOW) is None
    assert api_keys.user_of_api_key(key, NOW) is None
    users.enable_user(ann.id)
    assert sessions.find_session(token, NETWORK, NOW) is None
    assert api_keys.user_of_api_key(key, NOW) is not None


def test_whoever_was_let_in_by_the_old_password_gets_no_session_after_the_change(ann: User) -> None:
    checked = users.check_password(ann.email, PASSWORD)
    assert checked is not None
    users.set_password(ann.id, OTHER)
    assert sessions.start_session(checked, "Firefox", NETWORK, NOW) is None
    with write() as session:
        session.delete(session.get_one(User, ann.id))
    assert sessions.start_session(checked, "Firefox", NETWORK, NOW) is None


@pytest.mark.parametrize(("visits", "after", "alive"), [
    ((), 13.9, True), ((), 14.1, False), ((10, 20), 29.9, True), ((10, 20), 30.1, False), ((10,), 24.1, False),
])  # fmt: skip
def test_a_session_ends_by_rest_and_by_age(ann: User, visits: tuple[int, ...], after: float, alive: bool) -> None:
    token = log_in(ann)
    for days in visits:
        assert sessions.find_session(token, NETWORK, NOW + timedelta(days=days))
    end = NOW + timedelta(days=after)
    assert (sessions.find_session(token, NETWORK, end) is not None) == alive
    assert len(sessions.list_sessions(ann.id, end)) == alive
    assert sessions.remove_expired(end) == (not alive)


def test_a_user_has_a_limited_number_of_sessions_and_the_oldest_goes(ann: User) -> None:
    first = log_in(ann)
    for number in range(sessions.MAX_SESSIONS):
        sessions.start_session(ann, f"Browser {number}", NETWORK, NOW + timedelta(seconds=number + 1))
    assert sessions.find_session(first, NETWORK, NOW) is None
    assert len(sessions.list_sessions(ann.id, NOW)) == sessions.MAX_SESSIONS


def test_nobody_ends_the_session_of_another(ann: User) -> None:
    bob = users.create_user("bob@example.org", PASSWORD)
    token = log_in(ann)
    (kept,) = sessions.list_sessions(ann.id, NOW)
    assert not sessions.end_session(bob.id, kept.id)
    assert sessions.find_session(token, NETWORK, NOW)
    assert sessions.end_session(ann.id, kept.id)
    assert sessions.find_session(token, NETWORK, NOW) is None


def test_a_user_has_at_most_fifty_keys_also_when_many_are_made_at_once(ann: User) -> None:
    for number in range(45):
        api_keys.create_api_key(ann, f"key {number}")

    def make(number: int) -> bool:
        try:
            return bool(api_keys.create_api_key(ann, f"late {number}"))
        except AccountError as error:
            assert "50 keys" in error.message
            return False

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(make, range(12))) == 5
    assert len(api_keys.api_keys(ann.id)) == api_keys.MAX_KEYS


def test_a_key_revoked_while_it_is_used_does_not_come_back(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    key = api_keys.create_api_key(ann, "script")
    original, asked = api_keys.write, 0

    def revoke_first() -> object:
        nonlocal asked
        asked += 1
        if asked == 1:
            api_keys.revoke_api_keys(ann.id)
        return original()

    monkeypatch.setattr(api_keys, "write", revoke_first)
    api_keys.user_of_api_key(key, NOW)
    with read() as session:
        assert session.query(ApiKey).count() == 0


def test_the_last_administrator_stays(ann: User) -> None:
    admins = [users.create_user(f"admin{number}@example.org", PASSWORD, is_admin=True) for number in range(4)]
    users.create_user("nobody@example.org", None, is_admin=True)  # cannot log in

    def disable(user: User) -> bool:
        try:
            users.disable_user(user.id, NOW)
        except AccountError as error:
            assert "last administrator" in error.message
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(disable, admins)) == 3
    (left,) = [user for user in users.list_users() if user.is_admin and user.password_hash and not user.disabled_at]
    with pytest.raises(AccountError, match="last administrator"):
        account_deletion.remove_user(left.id, NOW)
    assert sessions.start_session(left, "Firefox", NETWORK, NOW)


def test_a_deleted_user_leaves_no_row_and_no_file(ann: User) -> None:
    users.create_user("admin@example.org", PASSWORD, is_admin=True)
    bob = users.create_user("bob@example.org", PASSWORD)
    kept = make_recording(bob)
    for number in range(3):
        make_recording(ann, content=b"sound %d" % number)
    resumable.create(ann.id, AnnouncedUpload("half.mp3", 100, UploadOptions()), NOW)
    log_in(ann)
    api_keys.create_api_key(ann, "script")
    assert account_deletion.count_recordings(ann.id) == 3

    account_deletion.remove_user(ann.id, NOW)

    assert users.find_user(ann.email) is None
    with read() as session:
        assert [each.id for each in session.query(Recording)] == [kept.id]
        assert session.query(ResumableUpload).count() == session.query(UserSession).count() == 0
        assert session.query(ApiKey).count() == 0
    assert file_store().recording_ids() == {kept.id}
    assert file_store().incoming_sizes() == {}
    assert consistency.verify(NOW + timedelta(days=1), 0).total == 0
