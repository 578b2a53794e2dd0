"""The pages to log in and out."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required, logout_user

from core.accounts import users
from webapp.auth import sessions
from webapp.security import limiter, seconds_to_wait

pages = Blueprint("auth", __name__)

#: Failed tries in half a minute: for one account from one place, and from one place in all.
TRIES_PER_ACCOUNT = "5 per 30 seconds"
TRIES_PER_PLACE = "20 per 30 seconds"


def _account_tried() -> str:
    return f"{get_remote_address()} {request.form.get('email', '').strip().lower()[:255]}"


def _failed(response: Response) -> bool:
    return response.status_code == 401


@pages.get("/login")
def login() -> Response | str:
    """The page to log in."""
    if current_user.is_authenticated:
        return cast(Response, redirect(sessions.safe_target(request.args.get("next"))))
    return _form()


@pages.post("/login")
@limiter.limit(TRIES_PER_PLACE, deduct_when=_failed, on_breach=lambda _limit: _too_many())
@limiter.limit(TRIES_PER_ACCOUNT, key_func=_account_tried, deduct_when=_failed, on_breach=lambda _limit: _too_many())
def try_login() -> Response | tuple[str, int]:
    """Log in with e-mail and password."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    user = users.check_password(email, password)
    if user is None:
        return _form(email, "E-mail or password is not right."), 401
    sessions.start(user)
    return cast(Response, redirect(sessions.safe_target(request.form.get("next"))))


@pages.post("/logout")
@login_required
def logout() -> Response:
    """Log out in this browser."""
    logout_user()
    session.clear()
    return cast(Response, redirect(url_for("auth.login")))


def _form(email: str = "", problem: str | None = None) -> str:
    target = request.values.get("next")
    return render_template("login.html", email=email, problem=problem, next=target)


def _too_many() -> Response:
    wait = max(1, seconds_to_wait())
    page = _form(request.form.get("email", ""), f"Too many tries. Try again in {wait} s.")
    return Response(page, 429, {"Retry-After": str(wait)}, mimetype="text/html")
