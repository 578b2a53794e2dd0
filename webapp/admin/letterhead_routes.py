"""The page of letterheads: logo, name, address, colour, footer and paper of documents, with a preview.

`template` in an address names the recaps that the letterhead is for; without it, all that have none of their own.
"""

from __future__ import annotations

from io import BytesIO
from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask_login import login_required
from werkzeug.exceptions import RequestEntityTooLarge

from core import letterhead as stored
from core.clock import utc_now
from core.letterhead import LetterheadError
from core.queue.notifications import notify
from core.recordings import recap_templates
from pipeline.render.letterhead import Letterhead
from pipeline.render.pdf.order import PdfOrder
from webapp import errors, security
from webapp.auth import authentication
from webapp.recordings.pdf_process import make_pdf

blueprint = Blueprint("letterhead", __name__, url_prefix="/admin/letterhead")

#: Room for a logo of 2 MB and the texts beside it; a larger one is refused unread.
MAX_FORM_BYTES = 2 * 1024 * 1024 + 64 * 1024


@blueprint.before_request
@login_required
def _require_admin() -> None:
    if not authentication.current_account().is_admin:
        raise errors.Forbidden("Only an administrator can set the letterhead.")


@blueprint.get("")
def show() -> str:
    """The page."""
    template = _template()
    return _render(template, _current(template))


# Exempt, because checking the CSRF token reads the body first: a logo may be larger than other forms.
@blueprint.post("")
@security.csrf.exempt
def save() -> Response | tuple[str, int]:
    """Keep what was filled in; every PDF is made again."""
    template = _template()
    security.refuse_other_sites()
    request.max_content_length = MAX_FORM_BYTES
    before = _current(template)
    try:
        security.check_token()
        letterhead = stored.fill_letterhead(_read_logo(before), request.form)
    except RequestEntityTooLarge:
        too_large = LetterheadError("The logo is larger than 2 MB.", "Save it smaller.", "logo")
        return _render(template, before, too_large), 413
    except LetterheadError as error:
        return _render(template, before, error, request.form), 422
    if stored.keep_letterhead(letterhead, authentication.current_account().id, utc_now(), template):
        notify("cpu")
    typed = request.form.get("colour", "").strip().lower()
    darkened = 1 if letterhead.colour and letterhead.colour != typed else None
    return cast(Response, redirect(url_for("letterhead.show", template=template, saved=1, darkened=darkened), 303))


@blueprint.get("/logo")
def logo() -> Response:
    """The logo as it is kept."""
    kept = _current(_template()).logo
    if not kept:
        raise errors.NotFound("There is no logo.", "Choose one on the page of the letterhead.")
    return send_file(BytesIO(kept), "image/png")


@blueprint.get("/preview")
def preview() -> Response:
    """The first page of an example, as a PDF."""
    from pipeline.render.example import example_recap

    shown = stored.get_own_letterhead(_template()) or stored.get_own_letterhead(None)
    order = PdfOrder(example_recap(), parts=(), letterhead=shown)
    return send_file(make_pdf(order), "application/pdf", download_name="letterhead.pdf")


def _template() -> str | None:
    """The template that the page is about; None for all others. Raises NotFound."""
    name = request.args.get("template") or None
    if name is not None and name not in {each.name for each in recap_templates.list_available()}:
        raise errors.NotFound("There is no such template.", "Choose one on the page of the letterhead.")
    return name


def _current(template: str | None) -> Letterhead:
    return stored.get_own_letterhead(template) or Letterhead()


def _read_logo(before: Letterhead) -> bytes:
    """The logo that was sent, else the one that is there, unless it is to go. Raises LetterheadError."""
    from pipeline.render.logo import InvalidLogo, make_logo

    sent = request.files.get("logo")
    data = sent.read() if sent else b""
    if not data:
        return b"" if request.form.get("remove_logo") else before.logo
    try:
        return make_logo(data)
    except InvalidLogo as error:
        raise LetterheadError(error.message, error.hint, "logo") from error


def _render(
    template: str | None, letterhead: Letterhead, error: LetterheadError | None = None, typed: object = None
) -> str:
    return render_template(
        "admin_letterhead.html",
        letterhead=letterhead,
        template=template,
        templates=recap_templates.list_available(),
        values=typed or letterhead,
        error=error,
        limits=stored.LIMITS,
    )
