"""What an organisation puts on its documents: logo, name, address, colour, footer, and the size of their paper.

Loads no library of images.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from pydantic import Base64Bytes

from pipeline.errors import PipelineError

#: What WCAG 2.2 asks of text, as a ratio of luminances.
LEAST_CONTRAST = 4.5
A4, LETTER = PAPERS = ("a4", "letter")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_STEPS = 100


class InvalidColour(PipelineError):
    """A colour that is not written as #rrggbb."""

    code = "invalid_request"
    default_message = "This is not a colour."
    default_hint = "Write it as # and six digits, such as #1a4f8b."


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The letterhead of all documents. What is empty is left out.

    `paper` is the size of all pages, one of PAPERS.
    `logo` is a PNG of opaque pixels as `pipeline.render.logo` makes it, `colour` is #rrggbb and readable on white.
    """

    logo: Base64Bytes = b""
    name: str = ""
    address: str = ""
    footer: str = ""
    colour: str = ""
    paper: str = A4

    @property
    def is_empty(self) -> bool:
        """Whether documents look as without a letterhead."""
        return self == Letterhead()

    @property
    def digest(self) -> str:
        """Tells letterheads that look different apart."""
        parts = [self.name, self.address, self.footer, self.colour, hashlib.sha256(self.logo).hexdigest()]
        if self.paper != A4:  # the digest of the time before there was a choice
            parts.append(self.paper)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()

    @property
    def logo_alt(self) -> str:
        """The logo in words."""
        return f"Logo of {self.name}" if self.name else "Logo"


def make_readable(colour: str) -> str:
    """The colour, as much darker as text on white needs. Raises InvalidColour."""
    if not _COLOUR.fullmatch(colour):
        raise InvalidColour
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    for step in range(_STEPS, -1, -1):
        darker = [part * step // _STEPS for part in parts]
        if _contrast_on_white(darker) >= LEAST_CONTRAST:
            break
    return "#" + "".join(f"{part:02x}" for part in darker)


def _contrast_on_white(parts: list[int]) -> float:
    """The ratio of luminances between white and a colour of 0..255 (WCAG 2.2)."""
    red, green, blue = (_linear(part / 255) for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
