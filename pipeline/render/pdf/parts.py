"""The parts of the PDF that a reader may leave out. Loads no library."""

from __future__ import annotations

from typing import Literal, get_args

Part = Literal["transcript", "provenance"]
ALL_PARTS: tuple[Part, ...] = get_args(Part)
