"""The page of models: what is installed and used; download, check, try, cancel."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for
from flask_login import login_required

from core import model_installs, model_trials
from core.clock import utc_now
from core.model_installs import Action
from core.models_in_use import find_models_in_use
from core.queue.notifications import notify
from model_store import catalogue
from webapp import errors
from webapp.admin.model_views import build_actions, build_page
from webapp.admin.trial_views import find_language_models
from webapp.auth import authentication
from webapp.settings import current_settings

blueprint = Blueprint("admin_models", __name__, url_prefix="/admin/models")


@blueprint.before_request
@login_required
def _require_admin() -> None:
    if not authentication.current_account().is_admin:
        raise errors.Forbidden("Only an administrator can manage models.")


@blueprint.get("")
def index() -> str:
    """The page."""
    return render_template("admin_models.html", page=build_page(current_settings()))


@blueprint.get("/actions")
def actions() -> Response:
    """The actions as HTML, for the page that follows along; `finished` once none is under way."""
    rows = build_actions(model_installs.list_all())
    active = [row for row in rows if row.state in ("waiting", "running")]
    return jsonify(
        html=render_template("_model_actions.html", actions=rows),
        finished=not active,
        announcement="; ".join(f"{row.model}: {row.doing if row.state == 'running' else row.state}" for row in rows),
    )


@blueprint.post("/recommended")
def pull_recommended() -> Response:
    """Download the models that suit this machine."""
    for name in build_page(current_settings()).to_recommend:
        model_installs.request(name, "pull", utc_now())
    return _redirect()


@blueprint.post("/<name>/pull")
def pull(name: str) -> Response:
    """Download a model that RealRecap knows, or repair or update it."""
    if catalogue.find(name) is None:
        raise errors.NotFound("There is no such model.", "Choose one from the list.")
    return _request(name, "pull")


@blueprint.post("/<name>/verify")
def verify(name: str) -> Response:
    """Check the files of an installed model."""
    if all(model.name != name for model in find_models_in_use(current_settings()).installed):
        raise errors.NotFound("This model is not installed.", "Choose one from the list.")
    return _request(name, "verify")


@blueprint.post("/<name>/cancel")
def cancel(name: str) -> Response:
    """Stop an action. What was downloaded is kept."""
    model_installs.cancel(name, utc_now())
    return _redirect()


@blueprint.post("/<name>/dismiss")
def dismiss(name: str) -> Response:
    """Remove what came of an action from the page."""
    model_installs.forget(name)
    return _redirect()


@blueprint.post("/language/<digest>/try")
def try_language_model(digest: str) -> Response:
    """Let a language model recap the trial meeting, in the queue that writes summaries."""
    found = find_language_models().get(digest)
    if found is None:
        raise errors.NotFound("Ollama does not have this model now.", "Choose one from the list.")
    model_trials.request(digest, found[0].name, utc_now())
    notify(model_trials.trial_queue())
    return _redirect()


@blueprint.post("/language/<digest>/cancel")
def cancel_trial(digest: str) -> Response:
    """Stop a trial."""
    model_trials.cancel(digest, utc_now())
    return _redirect()


@blueprint.post("/language/<digest>/dismiss")
def dismiss_trial(digest: str) -> Response:
    """Remove a trial that brought no result from the page."""
    model_trials.dismiss(digest)
    return _redirect()


def _request(name: str, action: Action) -> Response:
    model_installs.request(name, action, utc_now())
    return _redirect()


def _redirect() -> Response:
    return cast(Response, redirect(url_for("admin_models.index"), 303))
