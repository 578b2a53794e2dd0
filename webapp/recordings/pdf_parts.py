"""The PDF with some of its parts only, made for the request."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pipeline
from pipeline.recap import Recap, to_json
from pipeline.render.pdf.parts import ALL_PARTS, Part
from webapp import errors

_FOLDER = Path(pipeline.__path__[0]).parent
_NAMES = ("recap", *ALL_PARTS)
_SECONDS = 60


def read_parts(text: str) -> tuple[Part, ...]:
    """The parts that a request names besides the recap, which is always there; all if it names none.

    Raises InvalidRequest.
    """
    if not text:
        return ALL_PARTS
    named = [each.strip() for each in text.split(",")]
    if not set(named) <= set(_NAMES):
        raise errors.InvalidRequest("The PDF has no such part.", f"Its parts are: {', '.join(_NAMES)}.", field="parts")
    return tuple(part for part in ALL_PARTS if part in named)


def make_pdf(recap: Recap, parts: Sequence[Part]) -> BytesIO:
    """The PDF with these parts, from a process of its own, since fonts take memory. Raises Unavailable."""
    command = [sys.executable, "-m", "pipeline.render.pdf", *parts]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and parts are words of ours
            command, input=to_json(recap), capture_output=True, cwd=_FOLDER, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise errors.Unavailable("The PDF could not be made.", "Try again, or download all of it.") from error
    return BytesIO(done.stdout)
