"""What a PDF is made of for a request, as it is handed to a process of its own. Loads no library of fonts."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.minutes.filled import FilledMinutes
from pipeline.recap import Recap
from pipeline.render.letterhead import Letterhead
from pipeline.render.pdf.parts import ALL_PARTS, Part


@dataclass(frozen=True, slots=True)
class PdfOrder:
    """A recap, the parts that follow it, and the letterhead, if there is one; with `minutes` the minutes of it."""

    recap: Recap
    parts: tuple[Part, ...] = ALL_PARTS
    letterhead: Letterhead | None = None
    minutes: FilledMinutes | None = None
