"""The account page and its forms."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.accounts import api_keys, sessions, users
from core.accounts.passwords import AccountError
from core.clock import utc_now
from core.queue import notifications
from core.recordings import reviews, voice_prints
from pipeline.vocabulary.entries import InvalidVocabulary, clean_vocabulary
from webapp import errors, template_context
from webapp.auth import authentication
from webapp.auth.attempts import begin_attempt
from webapp.security import wants_secure_cookies
from webapp.site_address import cookie_path

blueprint = Blueprint("account", __name__, url_prefix="/account")
YEAR = 365 * 24 * 3600


@blueprint.get("")
@login_required
def show() -> str:
    """The account page."""
    return _page()


@blueprint.post("/theme")
@login_required
def set_theme() -> Response:
    """Choose the theme of this browser."""
    theme = request.form.get("theme")
    if theme not in template_context.THEMES:
        raise errors.InvalidRequest("There is no such theme.", "Choose system, light or dark.")
    response = cast(Response, redirect(url_for("account.show")))
    response.set_cookie(
        template_context.THEME_COOKIE,
        theme,
        max_age=YEAR,
        path=cookie_path(),
        samesite="Lax",
        secure=wants_secure_cookies(),
        httponly=True,
    )
    return response


@blueprint.post("/password")
@login_required
def set_password() -> Response | tuple[str, int]:
    """Change the password. Sessions in other browsers end, this one continues."""
    user = authentication.current_account()
    with begin_attempt(user.email) as attempt:
        if users.check_password(user.email, request.form.get("current", "")) is None:
            return _page(problems={"current": "This is not your password."}), 422
        attempt.give_back()
    try:
        user = users.change_password(user, request.form.get("new", ""))
    except AccountError as error:
        return _page(problems={"new": f"{error.message} {error.hint}"}), 422
    authentication.start_session(user)
    return cast(Response, redirect(url_for("account.show", changed="password")))


@blueprint.post("/voices")
@login_required
def set_voices() -> Response:
    """Choose whether voices are kept, by which names are proposed; without them, all are forgotten."""
    keeps = request.form.get("keeps_voices") == "yes"
    voice_prints.set_keeps_voices(authentication.current_account().id, keeps)
    return cast(Response, redirect(url_for("account.show", changed="voices", _anchor="h-voices")))


@blueprint.post("/voices/forget")
@login_required
def forget_voice() -> Response:
    """Forget the voice of a name; the name stays where it was given."""
    if not voice_prints.forget_voice(authentication.current_account().id, request.form.get("name", "")):
        raise errors.NotFound("This voice is not known.", "Reload the account page.")
    return cast(Response, redirect(url_for("account.show", changed="forgotten", _anchor="h-voices")))


@blueprint.post("/vocabulary")
@login_required
def set_vocabulary() -> Response | tuple[str, int]:
    """Keep the names and terms that new recordings begin with."""
    text = request.form.get("vocabulary", "")
    try:
        vocabulary = clean_vocabulary(text)
    except InvalidVocabulary as error:
        return _page(problems={"vocabulary": f"{error.message} {error.hint}"}, vocabulary=text), 422
    users.set_vocabulary(authentication.current_account().id, vocabulary)
    return cast(Response, redirect(url_for("account.show", changed="vocabulary", _anchor="h-vocabulary")))


@blueprint.post("/review")
@login_required
def set_review() -> Response:
    """Choose whether new recaps wait for a review."""
    user_id = authentication.current_account().id
    if request.form.get("review") == "true":
        reviews.require_reviews(user_id, utc_now())
    else:
        reviews.stop_reviews(user_id, utc_now())
        notifications.notify("cpu")
    return cast(Response, redirect(url_for("account.show", changed="review", _anchor="h-review")))


@blueprint.post("/sessions/end")
@login_required
def end_sessions() -> Response:
    """Log out in every browser, including this one."""
    sessions.end_sessions(authentication.current_account().id)
    authentication.end_session()
    return cast(Response, redirect(url_for("auth.login")))


@blueprint.post("/sessions/<session_id>/end")
@login_required
def end_session(session_id: str) -> Response:
    """Log out in one browser."""
    if not sessions.end_session(authentication.current_account().id, session_id):
        raise errors.NotFound("This session has ended.", "Reload the account page.")
    return cast(Response, redirect(url_for("account.show", _anchor="h-sessions")))


@blueprint.post("/keys")
@login_required
def create_key() -> str | tuple[str, int]:
    """Create an API key. Only this response shows it."""
    name = request.form.get("name", "").strip()
    if not name:
        return _page(problems={"name": "Enter a name, such as the program that will use the key."}), 422
    try:
        return _page(new_key=api_keys.create_api_key(authentication.current_account(), name))
    except AccountError as error:
        return _page(problems={"name": f"{error.message} {error.hint}"}), 422


@blueprint.post("/keys/<key_id>/revoke")
@login_required
def revoke_key(key_id: str) -> Response:
    """Revoke an API key."""
    if not api_keys.revoke_api_key(authentication.current_account().id, key_id):
        raise errors.NotFound()
    return cast(Response, redirect(url_for("account.show")))


def _page(*, new_key: str | None = None, problems: dict[str, str] | None = None, vocabulary: str | None = None) -> str:
    user = authentication.current_account()
    return render_template(
        "account.html",
        user=user,
        keys=api_keys.api_keys(user.id),
        sessions=sessions.list_sessions(user.id, utc_now()),
        current_session=authentication.current_session_id(),
        new_key=new_key,
        problems=problems or {},
        vocabulary=user.vocabulary or "" if vocabulary is None else vocabulary,
        voices=voice_prints.list_known(user.id),
    )
