"""Accounts and API keys."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.database.base import new_id
from core.database.sessions import read, write
from core.database.tables import User
from pipeline.errors import PipelineError

MIN_PASSWORD_LENGTH = 10


class AccountError(PipelineError):
    """The account cannot be made or changed as asked."""

    code = "invalid_request"
    default_message = "The account cannot be made."
    default_hint = "Check the e-mail address and the password."


@cache
def _hasher() -> PasswordHasher:
    # argon2id; the library's defaults (RFC 9106, low memory) are above OWASP's floor of 19 MiB, 2 passes
    return PasswordHasher()


@cache
def _decoy_hash() -> str:
    return _hasher().hash(secrets.token_hex())


def normalize_email(email: str) -> str:
    """The address in the form it is kept and compared in. Raises AccountError where it is none."""
    email = email.strip().lower()
    if email.endswith("@localhost") and email.count("@") == 1 and len(email) > len("@localhost"):
        return email  # the first administrator of a machine without mail
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise AccountError(f"{email!r} is not an e-mail address.", "Write it like name@example.org.") from error


def create_user(email: str, password: str | None, *, is_admin: bool = False) -> User:
    """Make an account; without a password nobody can log in to it. Raises AccountError."""
    email = normalize_email(email)
    if password is not None:
        _check_length(password)
    user = User(email=email, password_hash=None if password is None else _hasher().hash(password), is_admin=is_admin)
    try:
        with write() as session:
            session.add(user)
    except IntegrityError as error:
        raise AccountError(f"There is already an account for {email}.", "Log in, or use another address.") from error
    return user


def _check_length(password: str) -> None:
    if len(password) < MIN_PASSWORD_LENGTH:
        raise AccountError(
            f"The password is shorter than {MIN_PASSWORD_LENGTH} characters.",
            "Choose a longer one, such as four words.",
        )


def count_users() -> int:
    """How many accounts can log in."""
    with read() as session:
        condition = User.password_hash.is_not(None)
        return session.scalar(select(func.count()).select_from(User).where(condition)) or 0


def find_user(email: str) -> User | None:
    """The account of an address."""
    with read() as session:
        return session.scalar(select(User).where(User.email == email.strip().lower()))


def get_user(user_id: str) -> User | None:
    """The account with that id."""
    with read() as session:
        return session.get(User, user_id)


def first_admin() -> User | None:
    """The oldest administrator, who owns what is made on the command line."""
    with read() as session:
        return session.scalar(select(User).where(User.is_admin).order_by(User.created_at).limit(1))


def check_password(email: str, password: str) -> User | None:
    """The account, where the password is right. Takes as long for an address that is not known."""
    user = find_user(email)
    kept = user.password_hash if user and user.password_hash else None
    try:
        _hasher().verify(kept or _decoy_hash(), password)
    except (VerificationError, InvalidHashError):
        return None
    if user is None or kept is None:
        return None
    if _hasher().check_needs_rehash(kept):
        with write() as session:
            session.merge(user).password_hash = _hasher().hash(password)
    return user


def set_password(user_id: str, password: str) -> User:
    """Change a password and end the sessions that know the old one. Raises AccountError."""
    _check_length(password)
    digest = _hasher().hash(password)
    with write() as session:
        user = session.get_one(User, user_id)
        user.password_hash, user.session_key = digest, new_id()
        return user


def end_sessions(user_id: str) -> None:
    """Log a user out everywhere."""
    with write() as session:
        session.get_one(User, user_id).session_key = new_id()
