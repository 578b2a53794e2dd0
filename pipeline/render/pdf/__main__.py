"""Makes a PDF in a process of its own: the order as JSON from standard input, the PDF to standard output."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.json_values import from_json
from pipeline.render.pdf.attachments import list_attachments
from pipeline.render.pdf.document import render_pdf
from pipeline.render.pdf.minutes_document import render_minutes
from pipeline.render.pdf.order import PdfOrder


def main() -> None:
    """Make what is ordered."""
    order = from_json(PdfOrder, sys.stdin.buffer.read())
    with TemporaryDirectory() as folder:
        path = Path(folder, "document.pdf")
        _render(order, path)
        sys.stdout.buffer.write(path.read_bytes())


def _render(order: PdfOrder, path: Path) -> None:
    if order.minutes is not None:
        render_minutes(order.recap, order.minutes, path, letterhead=order.letterhead)
        return
    attachments = list_attachments(order.recap) if "transcript" in order.parts else ()
    render_pdf(order.recap, path, parts=order.parts, attachments=attachments, letterhead=order.letterhead)


if __name__ == "__main__":
    main()
