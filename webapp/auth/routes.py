"""Logging in and out."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required, logout_user

from core.accounts import users
from webapp.auth import authentication
from webapp.security import limiter, seconds_to_wait

blueprint = Blueprint("auth", __name__)

#: Failed attempts from one address: for one account, and in total.
ATTEMPTS_PER_ACCOUNT = "5 per 30 seconds"
ATTEMPTS_PER_ADDRESS = "20 per 30 seconds"


def _account_key() -> str:
    return f"{get_remote_address()} {request.form.get('email', '').strip().lower()[:255]}"


def _is_failure(response: Response) -> bool:
    return response.status_code == 401


@blueprint.get("/login")
def login() -> Response | str:
    """The login page."""
    if current_user.is_authenticated:
        return cast(Response, redirect(authentication.safe_target(request.args.get("next"))))
    return _render_form()


@blueprint.post("/login")
@limiter.limit(ATTEMPTS_PER_ADDRESS, deduct_when=_is_failure, on_breach=lambda _limit: _refuse_attempt())
@limiter.limit(
    ATTEMPTS_PER_ACCOUNT, key_func=_account_key, deduct_when=_is_failure, on_breach=lambda _limit: _refuse_attempt()
)
def try_login() -> Response | tuple[str, int]:
    """Log in with e-mail and password."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    user = users.check_password(email, password)
    if user is None:
        return _render_form(email, "E-mail or password is not right."), 401
    authentication.start_session(user)
    return cast(Response, redirect(authentication.safe_target(request.form.get("next"))))


@blueprint.post("/logout")
@login_required
def logout() -> Response:
    """Log out in this browser."""
    logout_user()
    session.clear()
    return cast(Response, redirect(url_for("auth.login")))


def _render_form(email: str = "", problem: str | None = None) -> str:
    target = request.values.get("next")
    return render_template("login.html", email=email, problem=problem, next=target)


def _refuse_attempt() -> Response:
    wait = max(1, seconds_to_wait())
    page = _render_form(request.form.get("email", ""), f"Too many tries. Try again in {wait} s.")
    return Response(page, 429, {"Retry-After": str(wait)}, mimetype="text/html")
