"""The page of the first steps: check again, skip a step, take it up again, be done."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.accounts import first_steps
from webapp import errors
from webapp.auth import authentication
from webapp.first_steps import steps
from webapp.first_steps.ollama_checker import current_checker
from webapp.settings import current_settings

blueprint = Blueprint("first_steps", __name__, url_prefix="/admin/first-steps")


@blueprint.before_request
@login_required
def _require_admin() -> None:
    if not authentication.current_account().is_admin:
        raise errors.Forbidden("Only an administrator can set up RealRecap.")


@blueprint.get("")
def show() -> str:
    """The page. It checks everything anew."""
    settings, user = current_settings(), authentication.current_account()
    found = steps.list_steps(settings, user, current_checker().check(settings))
    return render_template(
        "first_steps.html",
        steps=found,
        left=[step.title for step in found if step.is_open],
        user=user,
        opened_at=request.url_root.rstrip("/"),
        public_url=settings.site_url,
    )


@blueprint.post("/<step>/skip")
def skip(step: str) -> Response:
    """Leave a step out."""
    _require_known(step)
    first_steps.skip(authentication.current_account().id, [step])
    return _redirect(step)


@blueprint.post("/<step>/resume")
def resume(step: str) -> Response:
    """Take up a step that was skipped."""
    _require_known(step)
    first_steps.resume(authentication.current_account().id, step)
    return _redirect(step)


@blueprint.post("/done")
def finish() -> Response:
    """Leave out all that is not done, so that the banner goes."""
    first_steps.skip(authentication.current_account().id, steps.TITLES)
    return cast(Response, redirect(url_for("recordings.library"), 303))


def _require_known(step: str) -> None:
    if step not in steps.TITLES:
        raise errors.NotFound("There is no such step.", "Choose one from the page of first steps.")


def _redirect(step: str) -> Response:
    return cast(Response, redirect(url_for("first_steps.show", _anchor=step), 303))
