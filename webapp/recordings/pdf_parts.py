"""The parts of the PDF that a request asks for."""

from __future__ import annotations

from pipeline.render.pdf.parts import ALL_PARTS, Part
from webapp import errors

_NAMES = ("recap", *ALL_PARTS)


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
