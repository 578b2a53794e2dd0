"""API keys for programs; only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select

from core.database.sessions import read, write
from core.database.tables import ApiKey, User

KEY_PREFIX = "rr_"


def create_api_key(user: User, name: str) -> str:
    """Make a key for programs; it is returned once and kept only as a hash."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)  # 256 random bits: no slow hash needed
    with write() as session:
        session.add(ApiKey(user_id=user.id, name=name[:255] or "key", prefix=key[:10], digest=_digest(key)))
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


def user_of_api_key(key: str, now: datetime) -> User | None:
    """The owner of a key, None where it is not known. Compared by hash, so time tells nothing."""
    with read() as session:
        found = session.scalar(select(ApiKey).where(ApiKey.digest == _digest(key)))
        if found is None:
            return None
        user = session.get(User, found.user_id)
    if found.last_used_at is None or now - found.last_used_at > timedelta(minutes=1):
        with write() as session:
            session.merge(found).last_used_at = now
    return user


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
