"""The account page and what is changed on it."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.accounts import api_keys, users
from webapp import errors, site
from webapp.auth import sessions
from webapp.security import limiter

pages = Blueprint("account", __name__, url_prefix="/account")
YEAR = 365 * 24 * 3600


@pages.get("")
@login_required
def show() -> str:
    """The account page."""
    return _page()


@pages.post("/theme")
@login_required
def set_theme() -> Response:
    """Choose the colours of this browser."""
    theme = request.form.get("theme")
    if theme not in site.THEMES:
        raise errors.InvalidRequest("There is no such theme.", "Choose system, light or dark.")
    response = cast(Response, redirect(url_for("account.show")))
    response.set_cookie(site.THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    return response


@pages.post("/password")
@login_required
@limiter.limit("5 per minute", deduct_when=lambda response: response.status_code == 422)
def set_password() -> Response | tuple[str, int]:
    """Change the password; sessions elsewhere end, this one goes on."""
    user = sessions.me()
    if users.check_password(user.email, request.form.get("current", "")) is None:
        return _page(problems={"current": "This is not your password."}), 422
    try:
        user = users.set_password(user.id, request.form.get("new", ""))
    except users.AccountError as error:
        return _page(problems={"new": f"{error.message} {error.hint}"}), 422
    sessions.start(user)
    return cast(Response, redirect(url_for("account.show", changed="password")))


@pages.post("/sessions/end")
@login_required
def end_sessions() -> Response:
    """Log out everywhere, here too."""
    users.end_sessions(sessions.me().id)
    return cast(Response, redirect(url_for("auth.login")))


@pages.post("/keys")
@login_required
def create_key() -> str | tuple[str, int]:
    """Make an API key; this answer is the only one that shows it."""
    name = request.form.get("name", "").strip()
    if not name:
        return _page(problems={"name": "Give the key a name, such as the program that uses it."}), 422
    return _page(new_key=api_keys.create_api_key(sessions.me(), name))


@pages.post("/keys/<key_id>/revoke")
@login_required
def revoke_key(key_id: str) -> Response:
    """Take an API key back."""
    if not api_keys.revoke_api_key(sessions.me().id, key_id):
        raise errors.NotFound()
    return cast(Response, redirect(url_for("account.show")))


def _page(*, new_key: str | None = None, problems: dict[str, str] | None = None) -> str:
    user = sessions.me()
    keys = api_keys.api_keys(user.id)
    return render_template("account.html", user=user, keys=keys, new_key=new_key, problems=problems or {})
