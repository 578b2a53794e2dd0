"""The recap as a file to download."""

from __future__ import annotations

import unicodedata
from io import BytesIO
from pathlib import Path

from flask import Response, request, send_file

from core.database.tables import Recording
from core.recordings import recaps
from pipeline.render.parts import ALL_PARTS
from webapp import errors
from webapp.recordings import actions, pdf_parts

#: The formats, with their media types.
KINDS = {"pdf": "application/pdf"}
_UNSAFE = frozenset('/\\:*?"<>|')


def has_pdf(recording: Recording) -> bool:
    """Whether the PDF exists."""
    return recaps.pdf_path(recording.id) is not None


def send(recording: Recording, kind: str) -> Response:
    """The response that downloads an export. Raises NotFound, NotReady, InvalidRequest, Unavailable."""
    if kind not in KINDS:
        raise errors.NotFound(f"There is no export {kind[:20]!r}.", f"The exports are: {', '.join(KINDS)}.")
    parts = pdf_parts.read_parts(request.args.get("parts", ""))
    path: Path | BytesIO | None = recaps.pdf_path(recording.id)
    if path is None:
        raise errors.not_ready(recording, f"The {kind.upper()} is not available yet.")
    if parts != ALL_PARTS:
        path = pdf_parts.make_pdf(actions.load_recap(recording), parts)
    name = f"{_make_file_name(recording.title)}.{kind}"
    response = send_file(path, mimetype=KINDS[kind], as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _make_file_name(title: str) -> str:
    """The title as a file name that every system accepts."""
    safe = "".join(" " if each in _UNSAFE or unicodedata.category(each)[0] == "C" else each for each in title)
    return " ".join(safe.split()).strip(" .")[:120] or "recap"
