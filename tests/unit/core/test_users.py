from __future__ import annotations

from datetime import timedelta

import pytest
from support.factories import NOW

from core.accounts import api_keys, users
from core.accounts.passwords import AccountError
from core.database.sessions import read
from core.database.tables import ApiKey, User

pytestmark = pytest.mark.usefixtures("sqlite")
PASSWORD = "correct horse battery"


def test_a_password_is_kept_as_argon2id_and_checked() -> None:
    users.create_user("Ann@Example.org", PASSWORD)
    with read() as session:
        kept = session.query(User).one()
    assert kept.password_hash is not None
    assert kept.password_hash.startswith("$argon2id$")
    found = users.check_password("ANN@example.org ", PASSWORD)
    assert found is not None
    assert found.email == "ann@example.org"
    assert users.check_password("ann@example.org", PASSWORD + "x") is None
    assert users.check_password("bob@example.org", PASSWORD) is None


def test_an_account_without_password_lets_nobody_in() -> None:
    users.create_user("ann@example.org", None)
    assert users.check_password("ann@example.org", "") is None
    assert users.count_users() == 0


@pytest.mark.parametrize("email", ["", "ann", "ann@", "@example.org", "a b@example.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(AccountError, match="not an e-mail address"):
        users.create_user(email, PASSWORD)


def test_a_short_password_is_refused() -> None:
    with pytest.raises(AccountError, match="shorter than 10"):
        users.create_user("ann@example.org", "short")


def test_an_address_has_one_account() -> None:
    users.create_user("ann@example.org", PASSWORD)
    with pytest.raises(AccountError, match="already"):
        users.create_user("ANN@example.org", PASSWORD)


def test_an_api_key_is_kept_as_a_hash_and_finds_its_owner() -> None:
    ann = users.create_user("ann@example.org", PASSWORD)
    key = api_keys.create_api_key(ann, "script")
    with read() as session:
        kept = session.query(ApiKey).one()
    assert key not in (kept.digest, kept.prefix)
    assert len(key) > 40
    found = api_keys.user_of_api_key(key, NOW)
    assert found is not None
    assert found.id == ann.id
    assert api_keys.user_of_api_key(key + "x", NOW) is None
    assert api_keys.user_of_api_key("", NOW) is None


def test_the_last_use_of_a_key_is_noted_once_a_minute() -> None:
    key = api_keys.create_api_key(users.create_user("ann@example.org", PASSWORD), "script")
    seen = []
    for seconds in (0, 30, 90):
        api_keys.user_of_api_key(key, NOW + timedelta(seconds=seconds))
        with read() as session:
            seen.append(session.query(ApiKey).one().last_used_at)
    assert seen == [NOW, NOW, NOW + timedelta(seconds=90)]
