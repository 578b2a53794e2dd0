"""The logical structure of a document: its elements in reading order, and the content and links that belong to them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MarkedContent:
    """A marked stretch of a page's content, by page and number."""

    page: int
    number: int


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """A link on a page, by its place among the page's links; `label` says where it leads."""

    page: int
    number: int
    label: str


@dataclass(slots=True, eq=False)
class Element:
    """An element of the structure tree (ISO 32000-1, 14.8.4): "H1", "P", "Table".

    `alt` describes a figure, `said` is the text of content whose glyphs are in another order, `scope` that of a
    table's head.
    """

    kind: str
    alt: str = ""
    said: str = ""
    scope: str = ""
    kids: list[Element | MarkedContent | PlacedLink] = field(default_factory=list)
