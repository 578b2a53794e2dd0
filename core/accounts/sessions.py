"""Sessions: the browsers in which users are logged in. A row is the session; without it the cookie is worth nothing."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

import config
from core.database.sessions import read, write
from core.database.tables import User, UserSession

log = logging.getLogger(__name__)

#: Sessions a user can have; logging in once more ends the oldest.
MAX_SESSIONS = 50
#: How exact `seen_at` is.
SEEN_EVERY = timedelta(minutes=1)


def start_session(user: User, browser: str, network: str, now: datetime) -> str | None:
    """Begin a session of a user whose password was right; returns the token for its cookie.

    None where the account was disabled, deleted or given another password since it was looked up.
    """
    token = secrets.token_urlsafe(32)  # 256 random bits: no slow hash needed
    with write() as session:
        kept = session.get(User, user.id, with_for_update=True)
        if kept is None or kept.disabled_at is not None or kept.password_hash != user.password_hash:
            return None
        mine = select(UserSession.id).where(UserSession.user_id == user.id, _is_alive(now))
        newest = mine.order_by(UserSession.seen_at.desc()).limit(MAX_SESSIONS - 1)
        stays = set(session.scalars(newest))
        session.execute(delete(UserSession).where(UserSession.user_id == user.id, UserSession.id.not_in(stays)))
        session.add(
            UserSession(
                user_id=user.id,
                digest=_digest(token),
                browser=browser[:80],
                network=network,
                created_at=now,
                seen_at=now,
            )
        )
    return token


def find_session(token: str, network: str, now: datetime, *, is_visit: bool = True) -> UserSession | None:
    """The session of a cookie with its user, now used from `network`; None where it has ended.

    A request that is no visit, since an open page sent it on its own, does not keep the session alive.
    """
    query = select(UserSession).options(joinedload(UserSession.user))
    with read() as session:
        found = session.scalar(query.where(UserSession.digest == _digest(token), _is_alive(now)))
    if found is None or found.user.disabled_at is not None:
        return None
    if is_visit and now - found.seen_at > SEEN_EVERY:
        _note_use(found.id, network, now)
    return found


def _note_use(session_id: str, network: str, now: datetime) -> None:
    used = update(UserSession).where(UserSession.id == session_id).values(seen_at=now, network=network)
    try:
        with write() as session:
            session.execute(used)
    except OperationalError as error:  # with a full disk pages can still be read
        log.warning("the use of a session was not noted: %s", type(error).__name__)


def list_sessions(user_id: str, now: datetime) -> list[UserSession]:
    """The sessions of a user, the one used last first."""
    mine = select(UserSession).where(UserSession.user_id == user_id, _is_alive(now))
    with read() as session:
        return list(session.scalars(mine.order_by(UserSession.seen_at.desc(), UserSession.id)))


def end_session(user_id: str, session_id: str) -> bool:
    """End a session; False where the user has no such session."""
    ended = delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id)
    with write() as session:
        return session.execute(ended.returning(UserSession.id)).first() is not None


def end_sessions(user_id: str) -> None:
    """Log a user out everywhere."""
    with write() as session:
        session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def remove_expired(now: datetime) -> int:
    """Remove the sessions that have reached a limit; returns how many."""
    with write() as session:
        return len(session.execute(delete(UserSession).where(~_is_alive(now)).returning(UserSession.id)).all())


def _is_alive(now: datetime) -> ColumnElement[bool]:
    settings = config.load()
    return and_(
        UserSession.created_at > now - timedelta(days=settings.session_max_days),
        UserSession.seen_at > now - timedelta(days=settings.session_idle_days),
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
