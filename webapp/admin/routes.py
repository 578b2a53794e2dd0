"""The templates that administrators maintain: list, add, edit and delete."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.clock import utc_now
from core.database.tables import Template
from core.recordings import recap_templates
from core.recordings.recap_templates import TemplateError
from webapp import errors
from webapp.auth import authentication

blueprint = Blueprint("admin_templates", __name__, url_prefix="/admin/templates")


@blueprint.before_request
@login_required
def _require_admin() -> None:
    if not authentication.current_account().is_admin:
        raise errors.Forbidden("Only an administrator can manage templates.")


@blueprint.get("")
def index() -> str:
    """All templates."""
    return render_template(
        "admin_templates.html", added=recap_templates.list_added(), built_in=recap_templates.BUILT_IN
    )


@blueprint.get("/new")
def new() -> str:
    """The form for a new template."""
    return _render_form(None, {})


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Add a template."""
    try:
        recap_templates.add(*_form_values(), authentication.current_account(), utc_now())
    except TemplateError as error:
        return _render_form(None, request.form, error), 422
    return _redirect_to_list()


@blueprint.get("/<name>")
def edit(name: str) -> str:
    """The form to edit a template."""
    template = _find(name)
    return _render_form(template, {"title": template.title, "instructions": template.instructions})


@blueprint.post("/<name>")
def change(name: str) -> Response | tuple[str, int]:
    """Save an edited template."""
    template = _find(name)
    try:
        recap_templates.change(name, *_form_values())
    except TemplateError as error:
        return _render_form(template, request.form, error), 422
    return _redirect_to_list()


@blueprint.get("/<name>/delete")
def ask_to_delete(name: str) -> str:
    """Ask for confirmation before a template is deleted."""
    return render_template(
        "admin_template_delete.html", template=_find(name), uses=recap_templates.count_recordings(name)
    )


@blueprint.post("/<name>/delete")
def delete(name: str) -> Response:
    """Delete a template."""
    recap_templates.remove(_find(name).name, utc_now())
    return _redirect_to_list()


def _find(name: str) -> Template:
    found = recap_templates.get(name)
    if found is None:
        raise errors.NotFound("There is no such template.", "It may have been deleted. Choose one from the list.")
    return found


def _form_values() -> tuple[str, str]:
    return request.form.get("title", ""), request.form.get("instructions", "")


def _render_form(template: Template | None, values: object, error: TemplateError | None = None) -> str:
    return render_template("admin_template.html", template=template, values=values, error=error)


def _redirect_to_list() -> Response:
    return cast(Response, redirect(url_for("admin_templates.index"), 303))
