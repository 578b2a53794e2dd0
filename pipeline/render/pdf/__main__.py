"""Renders a recap in a process of its own: JSON from standard input, the PDF to standard output, parts as arguments."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.recap import Recap, from_json
from pipeline.render.pdf.attachments import list_attachments
from pipeline.render.pdf.document import render_pdf
from pipeline.render.pdf.parts import ALL_PARTS


def main(arguments: list[str]) -> None:
    """Render the parts that are named."""
    recap = from_json(Recap, sys.stdin.buffer.read())
    with TemporaryDirectory() as folder:
        path = Path(folder, "recap.pdf")
        parts = [part for part in ALL_PARTS if part in arguments]
        render_pdf(recap, path, parts=parts, attachments=list_attachments(recap) if "transcript" in parts else ())
        sys.stdout.buffer.write(path.read_bytes())


if __name__ == "__main__":
    main(sys.argv[1:])
