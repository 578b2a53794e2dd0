"""Logging in and out, and the password that is chosen at the first log-in."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import current_user

from core.accounts import first_steps, users
from core.accounts.passwords import AccountError
from core.database.tables import User
from webapp.auth import authentication
from webapp.auth.attempts import begin_attempt
from webapp.errors import RateLimited
from webapp.first_steps.steps import must_be_led
from webapp.settings import current_settings

blueprint = Blueprint("auth", __name__)

WRONG = "E-mail or password is not right."


@blueprint.get("/login")
def login() -> Response | str:
    """The login page."""
    if current_user.is_authenticated:
        return cast(Response, redirect(authentication.safe_target(request.args.get("next"))))
    return _render_form()


@blueprint.post("/login")
def try_login() -> Response | tuple[str, int]:
    """Log in with e-mail and password."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        attempt = begin_attempt(email)
    except RateLimited as refused:
        return _refuse(_render_form(email, f"{refused.message} {refused.hint}"), refused)
    with attempt:
        user = users.check_password(email, password)
        if user is None:
            return _render_form(email, WRONG), 401
        attempt.give_back()
    if user.disabled_at is not None:
        return _render_form(email, "This account is disabled. Ask your administrator."), 403
    if not authentication.start_session(user):
        return _render_form(email, WRONG), 401
    if user.must_change_password:
        return cast(Response, redirect(url_for("auth.first_password", next=request.form.get("next"))))
    return _go_on(user)


@blueprint.get("/login/password")
def first_password() -> Response | str:
    """The page on which a password that somebody else chose is replaced."""
    if authentication.first_password_session() is None:
        return cast(Response, redirect(url_for("auth.login")))
    return _render_first_password()


@blueprint.post("/login/password")
def set_first_password() -> Response | tuple[str, int]:
    """Replace the first password, then go on in a new session."""
    found = authentication.first_password_session()
    if found is None:
        return cast(Response, redirect(url_for("auth.login")))
    try:
        user = users.change_password(found.user, request.form.get("new", ""))
    except AccountError as error:
        return _render_first_password(f"{error.message} {error.hint}"), 422
    authentication.start_session(user)
    return _go_on(user)


@blueprint.post("/logout")
def logout() -> Response:
    """Log out in this browser."""
    authentication.end_session()
    return cast(Response, redirect(url_for("auth.login")))


def _go_on(user: User) -> Response:
    """To the page that was asked for, or to the first steps of the set-up if they were never shown."""
    target = request.form.get("next")
    if not target and must_be_led(current_settings(), user):
        first_steps.note_shown(user.id)
        return cast(Response, redirect(url_for("first_steps.show")))
    return cast(Response, redirect(authentication.safe_target(target)))


def _render_form(email: str = "", problem: str | None = None) -> str:
    return render_template("login.html", email=email, problem=problem, next=request.values.get("next"))


def _render_first_password(problem: str | None = None) -> str:
    found = authentication.first_password_session()
    email = found.user.email if found else ""
    return render_template("first_password.html", email=email, problem=problem, next=request.values.get("next"))


def _refuse(page: str, refused: RateLimited) -> Response:
    return Response(page, 429, {"Retry-After": str(refused.wait_seconds)}, mimetype="text/html")
