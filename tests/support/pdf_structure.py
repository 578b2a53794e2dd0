"""Reading a PDF as assistive software does: its structure tree, and the text of each marked content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pikepdf

SAID = "said"
"""Content that says in words what its glyphs stand for."""


@dataclass
class Node:
    """An element of the structure tree; `text` is that of its own content and of all below it, in order."""

    kind: str
    alt: str
    scope: str
    text: str = ""
    kids: list[Node] = field(default_factory=list)
    links: list[pikepdf.Object] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def find(self, kind: str) -> list[Node]:
        return [node for node in self.walk() if node.kind == kind]


def _decode(text_map: str, data: bytes) -> str:
    lines = (line.split() for line in text_map.splitlines() if line.startswith("<"))
    codes = {int(code[1:-1], 16): bytes.fromhex(text[1:-1]).decode("utf-16-be") for code, text in lines}
    return "".join(codes[byte] for byte in data)


@cache
def _contents(pdf: pikepdf.Pdf, page_number: int) -> dict[int | None, str]:
    """The text of a page by the number of its marked content; that of artifacts by None."""
    page = pdf.pages[page_number]
    maps = {name: font.ToUnicode.read_bytes().decode() for name, font in page.Resources.Font.items()}
    found: dict[int | None, str] = {}
    stack: list[int | str | None] = []
    font = ""

    def add(text: str) -> None:
        owner = stack[-1]  # text outside of any mark fails here
        assert not isinstance(owner, str)
        found[owner] = found.get(owner, "") + text

    for operands, operator in pikepdf.parse_content_stream(page):
        kind = str(operator)
        if kind == "BMC":
            assert str(operands[0]) == "/Artifact"
            stack.append(None)
        elif kind == "BDC" and "/MCID" in operands[1]:
            stack.append(int(operands[1].MCID))
            found[int(operands[1].MCID)] = ""
        elif kind == "BDC":
            add(str(operands[1].ActualText))
            stack.append(SAID)
        elif kind == "EMC":
            stack.pop()
        elif kind == "Tf":
            font = str(operands[0])
        elif kind in ("Tj", "TJ"):
            strings = operands[0] if kind == "TJ" else [operands[0]]
            shown = [bytes(one) for one in strings if isinstance(one, pikepdf.String)]
            if stack[-1] != SAID:
                add(_decode(maps[font], b"".join(shown)))
    return found


def read_structure(pdf: pikepdf.Pdf, *, without_links: bool = False) -> Node:
    """The document element; the text may leave out that of links."""
    pages = {page.objgen: number for number, page in enumerate(pdf.pages)}

    def read(element: pikepdf.Object) -> Node:
        scope = str(element.A.Scope) if "/A" in element else ""
        node = Node(str(element.S)[1:], str(element.get("/Alt", "")), scope)
        for kid in element.K:
            if isinstance(kid, int):
                node.text += _contents(pdf, pages[element.Pg.objgen])[kid]
            elif kid.get("/Type") == "/MCR":
                node.text += _contents(pdf, pages[kid.Pg.objgen])[int(kid.MCID)]
            elif kid.get("/Type") == "/OBJR":
                node.links.append(kid.Obj)
            else:
                node.kids.append(read(kid))
                node.text += "" if without_links and node.kids[-1].kind == "Link" else node.kids[-1].text
        if "/ActualText" in element:
            node.text = str(element.ActualText)
        return node

    return read(pdf.Root.StructTreeRoot.K)


def artifacts(pdf: pikepdf.Pdf) -> str:
    """The text that belongs to no element."""
    return " ".join(_contents(pdf, number).get(None, "") for number in range(len(pdf.pages)))
