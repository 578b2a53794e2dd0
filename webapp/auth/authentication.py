"""Authentication: browsers by their session, programs by their API key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from core.accounts import api_keys, sessions
from core.clock import utc_now
from core.database.tables import User, UserSession
from webapp import error_responses, errors
from webapp.auth.browser_names import browser_name
from webapp.network import shown_network

#: A step up in a path, as browsers read it.
_PARENT_FOLDER = re.compile(r"(?i)^[^?#]*/(\.|%2e){2}(?=[/?#]|$)")
#: What open pages ask for every second, also if nobody sits in front of them.
_POLLED = ("recordings.live_rows", "recordings.live", "admin_models.actions")

login_manager = LoginManager()
login_manager.session_protection = None  # it would log people out when their network changes


@dataclass(frozen=True, slots=True)
class Visitor(UserMixin):
    """A logged-in user, as Flask-Login expects it. `token` is what the cookie holds."""

    user: User
    token: str
    session_id: str | None = None

    def get_id(self) -> str:
        """The content of the cookie."""
        return self.token


def init_app(app: Flask) -> None:
    """Set up Flask-Login."""
    login_manager.init_app(app)


@login_manager.user_loader
def _load(token: str) -> Visitor | None:
    is_visit = request.endpoint not in _POLLED
    found = sessions.find_session(token, shown_network(request.remote_addr), utc_now(), is_visit=is_visit)
    if found is not None and found.user.must_change_password:
        g.first_password_session = found  # as good as not logged in, until they have chosen their own
        return None
    return Visitor(found.user, token, found.id) if found else None


@login_manager.unauthorized_handler
def _ask_to_log_in() -> Response:
    if error_responses.wants_json() or request.method not in ("GET", "HEAD"):
        return error_responses.make_response(no_session("Log in, then try again."))
    target = request.script_root + request.full_path.rstrip("?") if request.path != "/" else None
    page = "auth.login" if first_password_session() is None else "auth.first_password"
    return cast(Response, redirect(url_for(page, next=target)))


def no_session(hint: str) -> errors.WebError:
    """The error for a browser that is not logged in, or whose user must choose a password first."""
    if first_password_session() is not None:
        return errors.PasswordChangeRequired()
    return errors.Unauthorized("You are not logged in.", hint)


def first_password_session() -> UserSession | None:
    """The session of someone who must change the password before anything else."""
    if current_user.is_authenticated:  # looks the session up
        return None
    return cast("UserSession | None", g.get("first_password_session"))


def start_session(user: User) -> bool:
    """Start a session for an authenticated user. Nothing of an earlier session is kept.

    False where the account was disabled or its password changed meanwhile.
    """
    end_session()
    browser, network = browser_name(request.user_agent.string), shown_network(request.remote_addr)
    token = sessions.start_session(user, browser, network, utc_now())
    if token is None:
        return False
    session.permanent = True
    login_user(Visitor(user, token))
    return True


def end_session() -> None:
    """End the session of this browser."""
    pending = first_password_session()
    if pending is not None:
        sessions.end_session(pending.user_id, pending.id)
    elif current_user.is_authenticated and current_user.session_id:
        sessions.end_session(current_user.user.id, current_user.session_id)
    logout_user()
    session.clear()


def current_session_id() -> str:
    """The session of this request. Only use it behind `login_required`."""
    return cast(str, current_user.session_id)


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
