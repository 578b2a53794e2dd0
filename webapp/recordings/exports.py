"""The recap as a file to download: the PDF as a worker made it, every other format made for this request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from flask import Response, request, send_file

from core.database.tables import Recording
from core.letterhead import get_letterhead
from core.recordings import recaps, reviews
from pipeline.recap import Recap
from pipeline.render.exports.catalogue import FORMATS, ExportFormat
from pipeline.render.exports.file_name import make_file_name
from pipeline.render.pdf.order import PdfOrder
from pipeline.render.pdf.parts import ALL_PARTS
from webapp import errors
from webapp.recordings import actions, minutes, pdf_parts, pdf_process

#: The documents of the minutes, by the name of the export: what writes each, and its format.
MINUTES: Mapping[str, tuple[Callable[[Recording], BytesIO], str]] = {
    "minutes.pdf": (minutes.write_pdf, "pdf"),
    "minutes.docx": (minutes.write_docx, "docx"),
}


def has_pdf(recording: Recording) -> bool:
    """Whether the PDF exists."""
    return recaps.pdf_path(recording.id) is not None


def send(recording: Recording, name: str) -> Response:
    """The response that downloads an export. Raises NotFound, and NotReady or Conflict without a recap."""
    if name in MINUTES:
        response = _send_minutes(recording, name)
    elif name in FORMATS:
        response = _send_pdf(recording) if name == "pdf" else _write(recording, FORMATS[name])
    else:
        raise errors.NotFound(
            f"There is no export {name[:20]!r}.", f"The exports are: {', '.join((*FORMATS, *MINUTES))}."
        )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _send_minutes(recording: Recording, name: str) -> Response:
    write, chosen = MINUTES[name]
    return _send_file(write(recording), recording, FORMATS[chosen], name)


def _send_pdf(recording: Recording) -> Response:
    parts = pdf_parts.read_parts(request.args.get("parts", ""))
    path: Path | BytesIO | None = recaps.pdf_path(recording.id)
    if path is None:
        raise errors.not_ready(recording, "The PDF is not available yet.")
    if parts != ALL_PARTS:
        recap = actions.load_recap(recording)
        path = pdf_process.make_pdf(PdfOrder(recap, parts, get_letterhead(recap.summary.template)))
    return _send_file(path, recording, FORMATS["pdf"])


def _write(recording: Recording, chosen: ExportFormat) -> Response:
    """A document made of the stored recap; writing it loads python-docx, so only now."""
    from pipeline.render.exports.archive import ZipPart, iterate_zip
    from pipeline.render.exports.writers import writers_with

    recap = _load_recap(recording, chosen)
    letterhead = get_letterhead(recap.summary.template)
    if chosen.name == "zip":  # sent while it is made
        response = _send_file(BytesIO(), recording, chosen)
        others = _write_filled_minutes(recording)
        response.response = iterate_zip(ZipPart(recap, recaps.pdf_path(recording.id), letterhead, others))
        del response.headers["Content-Length"]
        return response
    document = BytesIO()
    writers_with(letterhead)[chosen.name](recap, document)
    document.seek(0)
    return _send_file(document, recording, chosen)


def _write_filled_minutes(recording: Recording) -> Mapping[str, BytesIO]:
    """The documents of the minutes by name, if somebody filled them in. Raises Unavailable."""
    return {name: write(recording) for name, (write, _) in MINUTES.items()} if minutes.are_filled(recording) else {}


def _load_recap(recording: Recording, chosen: ExportFormat) -> Recap:
    if recaps.get_version(recording.id) is None:
        raise errors.not_ready(recording, f"The {chosen.name.upper()} is not available yet.")
    return actions.load_recap(recording)


def _send_file(file: Path | BytesIO, recording: Recording, chosen: ExportFormat, ending: str | None = None) -> Response:
    title = make_file_name(recording.title, is_draft=reviews.is_draft(recording.id))
    name = f"{title}.{ending or chosen.name}"
    return send_file(file, chosen.media_type, as_attachment=True, download_name=name)
