"""A TrueType font that draws glyphs by their number, and tells which text each stands for."""

from __future__ import annotations

from typing import Any

from reportlab.pdfbase import ttfonts

_FIRST_CODE = 0xF0000
_LAST_CODE = 0x10FFFD


class GlyphFont(ttfonts.TTFont):  # type: ignore[misc]
    """A font of reportlab's in which each pair of a glyph and its text can get a character code of its own.

    reportlab draws characters only, and its maps back to text know neither shaped glyphs nor characters above U+FFFF.
    """

    def __init__(self, name: str, path: str, subfont: int = 0) -> None:
        # Without the readable first 128 codes, a subset has only the glyphs that are used.
        super().__init__(name, path, subfontIndex=subfont, asciiReadable=False)
        self._codes: dict[tuple[int, str], int] = {}
        self._texts: dict[int, str] = {}

    def encode(self, glyph: int, text: str, width: float) -> str:
        """The character that draws a glyph which stands for `text`; `width` is in thousandths of the size."""
        code = self._codes.get((glyph, text))
        if code is None:
            code = min(_FIRST_CODE + len(self._codes), _LAST_CODE)
            self._codes[glyph, text] = code
            self._texts[code] = text
            self.face.charToGlyph[code] = glyph
            self.face.charWidths[code] = width
        return chr(code)

    def forget(self) -> None:
        """Give up the codes of the last document."""
        for code in self._texts:
            del self.face.charToGlyph[code], self.face.charWidths[code]
        self._codes, self._texts = {}, {}

    def addObjects(self, doc: Any) -> None:
        """Add the font to a document. Replaces reportlab's maps from codes to text."""
        subsets = self.state[doc].subsets
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            prefix = ttfonts.SUBSETN(number).decode()
            name = f"{prefix}+{self.face.name.decode()}{self.face.subfontNameX.decode()}"
            texts = [self._texts.get(code, chr(code)) for code in subset]
            doc.idToObject[f"toUnicodeCMap:{name}"].content = make_text_map(name, texts)


def make_text_map(name: str, texts: list[str]) -> str:
    """A ToUnicode map (ISO 32000-1, 9.10.3) from the codes of a font to their texts; code 0 is the missing glyph."""
    lines = [f"<{code:02X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in enumerate(texts) if code]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            f"/CMapName /{name} def /CMapType 2 def",
            "1 begincodespacerange <00> <FF> endcodespacerange",
            *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )
