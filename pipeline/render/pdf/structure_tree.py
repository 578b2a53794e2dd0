"""Writes the structure of a document into its file, so that every reader can follow it (ISO 32000-1, 14.7)."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from pipeline.render.pdf.structure import Element, MarkedContent, PlacedLink

#: An element without content says nothing, except for the cell of a table.
_MAY_BE_EMPTY = ("TD", "TH")


class _TreeWriter:
    """Writes elements; `parents` collects the element of each marked content by page, `links` that of each link."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.pages = [page.obj for page in pdf.pages]
        self.parents: list[dict[int, Object]] = [{} for _ in self.pages]
        self.links: list[Object] = []

    def write(self, element: Element, parent: Object) -> Object:
        written = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name("/" + element.kind), P=parent, K=Array())
        )
        page = next((kid.page for kid in element.kids if isinstance(kid, MarkedContent)), None)
        if page:
            written["/Pg"] = self.pages[page - 1]
        if element.alt:
            written["/Alt"] = String(element.alt)
        if element.said:
            written["/ActualText"] = String(element.said)
        if element.scope:
            written["/A"] = Dictionary(O=Name.Table, Scope=Name("/" + element.scope))
        for kid in element.kids:
            if isinstance(kid, Element):
                if _has_content(kid):
                    written.K.append(self.write(kid, written))
            elif isinstance(kid, MarkedContent):
                self.parents[kid.page - 1][kid.number] = written
                written.K.append(kid.number if kid.page == page else self._content(kid))
            else:
                written.K.append(self._link(kid, written))
        return written

    def _content(self, kid: MarkedContent) -> Dictionary:
        return Dictionary(Type=Name.MCR, Pg=self.pages[kid.page - 1], MCID=kid.number)

    def _link(self, kid: PlacedLink, element: Object) -> Dictionary:
        page = self.pages[kid.page - 1]
        link = page.Annots[kid.number]
        link["/Contents"] = String(kid.label)
        link["/StructParent"] = len(self.pages) + len(self.links)
        link["/F"] = 4  # printed, as archives ask for
        self.links.append(element)
        return Dictionary(Type=Name.OBJR, Pg=page, Obj=link)


def _has_content(element: Element) -> bool:
    return element.kind in _MAY_BE_EMPTY or any(
        _has_content(kid) if isinstance(kid, Element) else True for kid in element.kids
    )


def add_structure(pdf: Pdf, structure: Element) -> None:
    """Add the structure tree to a file whose content was marked while it was drawn."""
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    writer = _TreeWriter(pdf)
    root["/K"] = writer.write(structure, root)
    numbers = Array()
    for number, (page, parents) in enumerate(zip(writer.pages, writer.parents, strict=True)):
        page["/StructParents"] = number
        page["/Tabs"] = Name.S
        numbers.append(number)
        numbers.append(pdf.make_indirect(Array([parents[one] for one in range(len(parents))])))
    for number, element in enumerate(writer.links, len(writer.pages)):
        numbers.append(number)
        numbers.append(element)
    root["/ParentTree"] = pdf.make_indirect(Dictionary(Nums=numbers))
    root["/ParentTreeNextKey"] = len(writer.pages) + len(writer.links)
    pdf.Root["/StructTreeRoot"] = root
    pdf.Root["/MarkInfo"] = Dictionary(Marked=True)
