"""Authentication: browsers by their session cookie, programs by their API key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user

from core.accounts import api_keys, users
from core.clock import utc_now
from core.database.tables import User
from webapp import error_responses, errors

#: A step up in a path, as browsers read it.
_PARENT_FOLDER = re.compile(r"(?i)^[^?#]*/(\.|%2e){2}(?=[/?#]|$)")

login_manager = LoginManager()
login_manager.session_protection = None  # it would log people out when their network changes


@dataclass(frozen=True, slots=True)
class Visitor(UserMixin):
    """A logged-in user, as Flask-Login expects it."""

    user: User

    def get_id(self) -> str:
        """The content of the cookie. A new session key invalidates all older cookies."""
        return f"{self.user.id}.{self.user.session_key}"


def init_app(app: Flask) -> None:
    """Set up Flask-Login."""
    login_manager.init_app(app)


@login_manager.user_loader
def _load(cookie: str) -> Visitor | None:
    user_id, _, session_key = cookie.partition(".")
    user = users.get_user(user_id)
    return Visitor(user) if user and user.session_key == session_key else None


@login_manager.unauthorized_handler
def _ask_to_log_in() -> Response:
    if error_responses.wants_json() or request.method not in ("GET", "HEAD"):
        return error_responses.make_response(errors.Unauthorized("You are not logged in.", "Log in, then try again."))
    target = request.script_root + request.full_path.rstrip("?") if request.path != "/" else None
    return cast(Response, redirect(url_for("auth.login", next=target)))


def start_session(user: User) -> None:
    """Start a session for an authenticated user. Nothing of an earlier session is kept."""
    session.clear()
    session.permanent = True
    login_user(Visitor(user))


def current_account() -> User:
    """The user of this request. Only use it behind `login_required` or `authenticate_key`."""
    user: Any = g.get("api_user") or current_user.user
    return cast(User, user)


def authenticate_key() -> User:
    """Authenticate the request by its API key; returns the key's owner. Raises Unauthorized."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    user = g.get("api_user")
    if user is None and kind.lower() == "bearer" and key.strip():
        user = api_keys.user_of_api_key(key.strip(), utc_now())
    if user is None:
        raise errors.Unauthorized()
    g.api_user = user
    return cast(User, user)


def safe_target(target: str | None) -> str:
    """The address to go to after logging in: the target if it is on this site, else the library."""
    # a second slash or a backslash would name another site, a control character would add a header
    is_local = target and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target)
    is_below_path = target and target.startswith(f"{request.script_root}/") and not _PARENT_FOLDER.search(target)
    return target if target and is_local and is_below_path else url_for("recordings.library")
