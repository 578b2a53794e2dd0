"""The templates that administrators add: list, add, edit, delete."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.clock import utc_now
from core.database.tables import Template
from core.recordings import recap_templates
from core.recordings.recap_templates import TemplateError
from webapp import errors
from webapp.auth import sessions

pages = Blueprint("admin_templates", __name__, url_prefix="/admin/templates")


@pages.before_request
@login_required
def _require_admin() -> None:
    if not sessions.me().is_admin:
        raise errors.Forbidden("Only an administrator can look after templates.")


@pages.get("")
def index() -> str:
    """All templates."""
    return render_template("admin_templates.html", added=recap_templates.added(), built_in=recap_templates.BUILT_IN)


@pages.get("/new")
def new() -> str:
    """The form for a template to be."""
    return _form(None, {})


@pages.post("/new")
def add() -> Response | tuple[str, int]:
    """Add a template."""
    try:
        recap_templates.add(*_given(), sessions.me(), utc_now())
    except TemplateError as error:
        return _form(None, request.form, error), 422
    return _back()


@pages.get("/<name>")
def edit(name: str) -> str:
    """The form of a template."""
    found = _find(name)
    return _form(found, {"title": found.title, "instructions": found.instructions})


@pages.post("/<name>")
def change(name: str) -> Response | tuple[str, int]:
    """Keep what was edited."""
    found = _find(name)
    try:
        recap_templates.change(name, *_given())
    except TemplateError as error:
        return _form(found, request.form, error), 422
    return _back()


@pages.get("/<name>/delete")
def ask_to_delete(name: str) -> str:
    """The question before a template is deleted."""
    return render_template(
        "admin_template_delete.html", template=_find(name), asking=recap_templates.count_asking(name)
    )


@pages.post("/<name>/delete")
def delete(name: str) -> Response:
    """Delete a template."""
    recap_templates.remove(_find(name).name, utc_now())
    return _back()


def _find(name: str) -> Template:
    found = recap_templates.get(name)
    if found is None:
        raise errors.NotFound(
            "There is no such template.", "It may have been deleted. The list has those that are there."
        )
    return found


def _given() -> tuple[str, str]:
    return request.form.get("title", ""), request.form.get("instructions", "")


def _form(template: Template | None, given: object, error: TemplateError | None = None) -> str:
    return render_template("admin_template.html", template=template, given=given, error=error)


def _back() -> Response:
    return cast(Response, redirect(url_for("admin_templates.index"), 303))
