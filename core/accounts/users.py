"""Users: who may log in, and who may manage the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.accounts import passwords
from core.accounts.passwords import AccountError
from core.database.sessions import lock_table, read, write
from core.database.tables import User, UserSession


def normalize_email(email: str) -> str:
    """The address in the form it is kept and compared in. Raises AccountError where it is none."""
    email = _folded(email)
    if email.endswith("@localhost") and email.count("@") == 1 and len(email) > len("@localhost"):
        return email  # the first administrator of a machine without mail
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise AccountError(f"{email!r} is not an e-mail address.", "Write it like name@example.org.") from error


def _folded(email: str) -> str:
    return email.strip().lower()


def create_user(
    email: str, password: str | None, *, is_admin: bool = False, must_change_password: bool = False
) -> User:
    """Make an account; without a password nobody can log in to it. Raises AccountError.

    `must_change_password` makes its owner choose another password at the first log-in.
    """
    email = normalize_email(email)
    user = User(
        email=email,
        password_hash=None if password is None else passwords.make_digest(password),
        is_admin=is_admin,
        must_change_password=must_change_password,
    )
    try:
        with write() as session:
            session.add(user)
    except IntegrityError as error:
        raise AccountError(f"There is already an account for {email}.", "Log in, or use another address.") from error
    return user


def count_users() -> int:
    """How many accounts have a password."""
    with read() as session:
        condition = User.password_hash.is_not(None)
        return session.scalar(select(func.count()).select_from(User).where(condition)) or 0


def list_users() -> list[User]:
    """All accounts, by address."""
    with read() as session:
        return list(session.scalars(select(User).order_by(User.email)))


def find_user(email: str) -> User | None:
    """The account of an address."""
    if "\0" in email:
        return None  # no address has one, and PostgreSQL takes none
    with read() as session:
        return session.scalar(select(User).where(User.email == _folded(email)))


def require_user(email: str) -> User:
    """The account of an address. Raises AccountError where there is none."""
    user = find_user(email)
    if user is None:
        raise AccountError(f"There is no account for {email}.", "Create one with `flask create-user`.")
    return user


def first_admin() -> User | None:
    """The oldest administrator, who owns what is made on the command line."""
    active = select(User).where(User.is_admin, User.disabled_at.is_(None))
    with read() as session:
        return session.scalar(active.order_by(User.created_at).limit(1))


def check_password(email: str, password: str) -> User | None:
    """The account, where the password is right; it may be disabled. Takes as long for an unknown address.

    Raises TooBusy.
    """
    user = find_user(email)
    if not passwords.matches(user.password_hash if user else None, password) or user is None:
        return None
    if user.password_hash and passwords.is_outdated(user.password_hash):
        digest = passwords.make_digest(password)
        with write() as session:
            kept = session.get_one(User, user.id)
            if kept.password_hash == user.password_hash:
                kept.password_hash = digest
            return kept
    return user


def set_password(user_id: str, password: str, *, must_change_password: bool = False) -> User:
    """Set a password and end all sessions of the user. Raises AccountError."""
    digest = passwords.make_digest(password)
    with write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        user.password_hash, user.must_change_password = digest, must_change_password
        session.execute(delete(UserSession).where(UserSession.user_id == user_id))
        return user


def change_email(user_id: str, email: str) -> User:
    """Give an account another address to log in with. Raises AccountError."""
    email = normalize_email(email)
    try:
        with write() as session:
            user = session.get_one(User, user_id)
            user.email = email
    except IntegrityError as error:
        raise AccountError(f"There is already an account for {email}.", "Use another address.") from error
    return user


def set_vocabulary(user_id: str, vocabulary: str) -> None:
    """Keep the names and terms that new recordings of a user begin with, as `clean_vocabulary` returns them."""
    with write() as session:
        session.get_one(User, user_id).vocabulary = vocabulary or None


def change_vocabulary(user_id: str, change: Callable[[str], str]) -> None:
    """Keep what `change` makes of a user's names and terms; nobody else changes them meanwhile."""
    with write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        user.vocabulary = change(user.vocabulary or "") or None


def change_password(user: User, password: str) -> User:
    """Let a user choose another password; it ends all of their sessions. Raises AccountError."""
    if passwords.matches(user.password_hash, password):
        raise AccountError("This is the password you have now.", "Choose another one.")
    return set_password(user.id, password)


def disable_user(user_id: str, now: datetime) -> None:
    """Keep a user out, at once: sessions end, API keys are refused. Raises AccountError for the last administrator."""
    with write() as session:
        lock_table(session, User.__tablename__)  # of two administrators disabled at once one must stay
        user = session.get_one(User, user_id)
        if user.is_admin and not _has_other_admin(session, user_id):
            raise AccountError(
                f"{user.email} is the last administrator.",
                "Create another one with `flask create-admin`, or enable one, then try again.",
            )
        user.disabled_at = user.disabled_at or now
        session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def _has_other_admin(session: Session, user_id: str) -> bool:
    can_log_in = User.is_admin, User.disabled_at.is_(None), User.password_hash.is_not(None)
    return session.scalar(select(User.id).where(*can_log_in, User.id != user_id).limit(1)) is not None


def enable_user(user_id: str) -> None:
    """Let a disabled user in again."""
    with write() as session:
        session.get_one(User, user_id).disabled_at = None
