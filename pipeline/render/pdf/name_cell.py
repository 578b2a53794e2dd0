"""A name as it is set in the first column."""

from __future__ import annotations

from pipeline.reading.people import Person
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.line_breaking import TextLine
from pipeline.render.pdf.style import TextStyle


def name_cell(person: Person | None, text_style: TextStyle = style.NAME, most: int = 2) -> list[TextLine]:
    """A name as lines of the first column; empty without a person."""
    return line_breaking.break_name(person.name, text_style, style.NAME_WIDTH, most) if person else []
