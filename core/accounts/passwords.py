"""Passwords: argon2id, a few at a time, because each hash takes 64 MiB of memory."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pipeline.errors import PipelineError

MIN_LENGTH = 10
#: Hashes that a process computes at once; a few more wait, the others are refused.
AT_ONCE = 2
WAITING = 10
MAX_WAIT_SECONDS = 5.0

_places = threading.BoundedSemaphore(AT_ONCE)
_line = threading.BoundedSemaphore(AT_ONCE + WAITING)


class AccountError(PipelineError):
    """The account cannot be made or changed as asked."""

    code = "invalid_request"
    default_message = "The account cannot be made."
    default_hint = "Check the e-mail address and the password."


class TooBusy(PipelineError):
    """Too many passwords wait to be checked; after `wait_seconds` they have been."""

    code, retryable = "unavailable", True
    default_message = "Too many people are logging in."
    default_hint = "Try again in 5 s."
    wait_seconds: ClassVar[int] = 5


@cache
def _hasher() -> PasswordHasher:
    # argon2id; the library's defaults (RFC 9106, low memory) are above OWASP's floor of 19 MiB, 2 passes
    return PasswordHasher()


@contextmanager
def _place() -> Iterator[PasswordHasher]:
    if not _line.acquire(blocking=False):  # or those who wait would take every thread of the server
        raise TooBusy()
    try:
        if not _places.acquire(timeout=MAX_WAIT_SECONDS):
            raise TooBusy()
        try:
            yield _hasher()
        finally:
            _places.release()
    finally:
        _line.release()


@cache
def _decoy_digest() -> str:
    return _hasher().hash(secrets.token_hex())


def check_length(password: str) -> None:
    """Raises AccountError where a password is too short."""
    if len(password) < MIN_LENGTH:
        raise AccountError(
            f"The password is shorter than {MIN_LENGTH} characters.", "Choose a longer one, such as four words."
        )


def make_digest(password: str) -> str:
    """What is kept of a password. Raises AccountError where it is too short, and TooBusy."""
    check_length(password)
    with _place() as hasher:
        return hasher.hash(password)


def matches(digest: str | None, password: str) -> bool:
    """Whether a password is the one kept; without one it takes as long and is False. Raises TooBusy."""
    with _place() as hasher:
        try:
            return hasher.verify(digest or _decoy_digest(), password) and digest is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(digest: str) -> bool:
    """Whether the password should be hashed again, with today's parameters."""
    return _hasher().check_needs_rehash(digest)
