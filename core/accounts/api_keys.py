"""API keys for programs; only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from core.accounts.passwords import AccountError
from core.database.sessions import read, write
from core.database.tables import ApiKey, User

KEY_PREFIX = "rr_"
#: Characters that are shown of a key.
PREFIX_LENGTH = 10
MAX_KEYS = 50


def create_api_key(user: User, name: str) -> str:
    """Make a key for programs; it is returned once and kept only as a hash. Raises AccountError for the 51st."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)  # 256 random bits: no slow hash needed
    with write() as session:
        session.get_one(User, user.id, with_for_update=True)  # two at once must not both find the last place free
        mine = select(func.count()).select_from(ApiKey).where(ApiKey.user_id == user.id)
        if (session.scalar(mine) or 0) >= MAX_KEYS:
            raise AccountError(f"There are {MAX_KEYS} keys already.", "Revoke one that is no longer used.")
        session.add(ApiKey(user_id=user.id, name=name[:255] or "key", prefix=key[:PREFIX_LENGTH], digest=_digest(key)))
    return key


def api_keys(user_id: str) -> list[ApiKey]:
    """The keys of a user, newest first; the keys themselves are not known."""
    with read() as session:
        return list(session.scalars(select(ApiKey).where(ApiKey.user_id == user_id).order_by(ApiKey.created_at.desc())))


def revoke_api_key(user_id: str, key_id: str) -> bool:
    """Take a key back at once; False where the user has no such key."""
    with write() as session:
        found = session.scalar(select(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == user_id))
        if found is not None:
            session.delete(found)
        return found is not None


def revoke_api_keys(user_id: str, key: str | None = None) -> int:
    """Take back all keys of a user, or the one that is given, whole or as far as it is shown; returns how many."""
    found = delete(ApiKey).where(ApiKey.user_id == user_id)
    if key is not None:
        found = found.where(ApiKey.prefix == key[:PREFIX_LENGTH])
    with write() as session:
        return len(session.execute(found.returning(ApiKey.id)).all())


def user_of_api_key(key: str, now: datetime) -> User | None:
    """The owner of a key, None where it is unknown or the owner disabled. Compared by hash: time tells nothing."""
    with read() as session:
        found = session.scalar(select(ApiKey).where(ApiKey.digest == _digest(key)))
        if found is None:
            return None
        user = session.get(User, found.user_id)
    if user is None or user.disabled_at is not None:
        return None
    if found.last_used_at is None or now - found.last_used_at > timedelta(minutes=1):
        with write() as session:  # an UPDATE: a key revoked just now must not come back
            session.execute(update(ApiKey).where(ApiKey.id == found.id).values(last_used_at=now))
    return user


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
