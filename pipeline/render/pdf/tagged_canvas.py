"""A canvas that knows what it draws: text of an element of the structure, or decoration."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.render.pdf.structure import Element, MarkedContent, PlacedLink


class NullCanvas:
    """Accepts every drawing call and draws nothing: used to measure a page."""

    def __init__(self) -> None:
        self._code: deque[str] = deque(maxlen=0)

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: self


class TaggedCanvas:
    """Marks what is drawn with the element that is being drawn; without one it is an artifact, which no reader reads.

    `output` is reportlab's canvas or `NullCanvas`, `structure` the whole document, `number` the page.
    """

    def __init__(self, output: Any) -> None:
        self.output = output
        self.number = 1
        self.structure = Element("Document")
        self._current: Element | None = None
        self._open: Element | None = None
        self._is_open = False
        self._contents = 0
        self._links = 0

    @contextmanager
    def tagged(self, kind: str, *, alt: str = "", said: str = "", scope: str = "") -> Iterator[Element]:
        """Draw a new element, the next one of the current element or of the document."""
        with self.inside(self.element(kind, alt=alt, said=said, scope=scope)) as element:
            yield element

    def element(self, kind: str, *, alt: str = "", said: str = "", scope: str = "") -> Element:
        """Add an element that is drawn later."""
        element = Element(kind, alt, said, scope)
        (self._current or self.structure).kids.append(element)
        return element

    @contextmanager
    def inside(self, element: Element) -> Iterator[Element]:
        """Draw more of an element."""
        before, self._current = self._current, element
        yield element
        self._current = before

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Draw what only repeats or decorates."""
        before, self._current = self._current, None
        yield
        self._current = before

    @property
    def is_artifact(self) -> bool:
        """Whether no element is being drawn."""
        return self._current is None

    def begin_text(self) -> None:
        """Mark what follows as the text of the current element."""
        self._mark(self._current)

    def begin_shape(self) -> None:
        """Mark what follows as part of a figure, or as decoration outside of one."""
        self._mark(self._current if self._current and self._current.kind == "Figure" else None)

    def operator(self, code: str) -> None:
        """Write an operator of a content stream for which reportlab has no method."""
        self.output._code.append(code)

    def end_content(self) -> None:
        """End what was marked last: needed before the end of each content stream."""
        if self._is_open:
            self.operator("EMC")
            self._is_open = False

    def end_page(self) -> None:
        """End the page."""
        self.end_content()
        self.output.showPage()
        self._contents = self._links = 0

    def add_link(self, label: str) -> None:
        """Note that a link was just added to the page; outside of a link element it gets one of its own."""
        place = PlacedLink(self.number, self._links, label)
        self._links += 1
        inside_link = self._current is not None and self._current.kind == "Link"
        element = self._current if self._current and inside_link else self.element("Link")
        element.kids.append(place)

    def _mark(self, element: Element | None) -> None:
        if self._is_open and self._open is element:
            return
        self.end_content()
        if element is None:
            self.operator("/Artifact BMC")
        else:
            self.operator(f"/{element.kind} <</MCID {self._contents}>> BDC")
            element.kids.append(MarkedContent(self.number, self._contents))
            self._contents += 1
        self._open, self._is_open = element, True
