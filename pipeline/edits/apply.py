"""Lays the edits of people over a recap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.edits.edit import Edit, effective
from pipeline.edits.point_board import PointBoard
from pipeline.edits.transcript_edits import edit_transcript
from pipeline.recap import Recap


def apply(recap: Recap, edits: Sequence[Edit]) -> Recap:
    """The recap with the edits that hold; the one given stays as it is."""
    held = effective(edits)
    return edit_transcript(replace(recap, summary=PointBoard(recap, held).summary()), held) if held else recap
