"""Who is asking: a browser by its session cookie, a program by its API key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user

from core.accounts import api_keys, users
from core.clock import utc_now
from core.database.tables import User
from webapp import errors

login_manager = LoginManager()
login_manager.session_protection = None  # it would log people out when their network changes


@dataclass(frozen=True, slots=True)
class Visitor(UserMixin):
    """A logged-in user as Flask-Login wants it."""

    user: User

    def get_id(self) -> str:
        """What the cookie holds: with a new session key, every older cookie is void."""
        return f"{self.user.id}.{self.user.session_key}"


def init_app(app: Flask) -> None:
    """Let Flask-Login know how to find users."""
    login_manager.init_app(app)


@login_manager.user_loader
def _load(kept: str) -> Visitor | None:
    user_id, _, session_key = kept.partition(".")
    user = users.get_user(user_id)
    return Visitor(user) if user and user.session_key == session_key else None


@login_manager.unauthorized_handler
def _ask_to_log_in() -> Response:
    if errors.wants_json() or request.method not in ("GET", "HEAD"):
        return errors.answer(errors.Unauthorized("You are not logged in.", "Log in, then do it again."))
    target = request.full_path.rstrip("?") if request.path != "/" else None
    return cast(Response, redirect(url_for("auth.login", next=target)))


def start(user: User) -> None:
    """Begin a session for somebody who proved who they are; nothing of an earlier one stays."""
    session.clear()
    session.permanent = True
    login_user(Visitor(user))


def me() -> User:
    """The user of this request. Only behind `login_required` or `by_api_key`."""
    user: Any = g.get("api_user") or current_user.user
    return cast(User, user)


def by_api_key() -> User:
    """The owner of the request's API key. Raises Unauthorized."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    user = g.get("api_user")
    if user is None and kind.lower() == "bearer" and key.strip():
        user = api_keys.user_of_api_key(key.strip(), utc_now())
    if user is None:
        raise errors.Unauthorized()
    g.api_user = user
    return cast(User, user)


def safe_target(target: str | None) -> str:
    """Where to go after logging in: an address of this site, else the library."""
    # a second slash or a backslash would begin another site's name, a control character another header
    ours = target and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target)
    return target if target and ours else url_for("recordings.library")
