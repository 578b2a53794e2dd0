"""Makes a PDF for a request, in a process of its own, since fonts take memory."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pipeline
from pipeline.json_values import to_json
from pipeline.render.pdf.order import PdfOrder
from webapp import errors

_FOLDER = Path(pipeline.__path__[0]).parent
_SECONDS = 60


def make_pdf(order: PdfOrder) -> BytesIO:
    """The PDF that is ordered. Raises Unavailable."""
    command = [sys.executable, "-m", "pipeline.render.pdf"]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=to_json(order), capture_output=True, cwd=_FOLDER, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise errors.Unavailable("The PDF could not be made.", "Try again in a minute.") from error
    return BytesIO(done.stdout)
