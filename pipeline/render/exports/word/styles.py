"""The styles of the Word document: Word's own, in the look of the recap, and a few more."""

from __future__ import annotations

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

TURN, EVIDENCE, FACTS, LINK, TABLE = "Turn", "Evidence", "Facts", "Hyperlink", "Recap Table"
_FONT = "Calibri"
_INK, _GREY, _ACCENT = RGBColor(0x14, 0x19, 0x17), RGBColor(0x48, 0x51, 0x4D), RGBColor(0x00, 0x62, 0x5E)
#: Size, space before and space after of Word's own styles, in points.
_SIZES = {
    "Normal": (10.5, 0, 4),
    "Title": (24, 0, 2),
    "Heading 1": (15, 16, 5),
    "Heading 2": (12, 10, 3),
    "List Bullet": (10.5, 0, 3),
}
_TABLE_STYLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="RecapTable">
  <w:name w:val="{TABLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
  <w:tblPr>
    <w:tblBorders>
      <w:top w:val="single" w:sz="8" w:color="141917"/><w:bottom w:val="single" w:sz="8" w:color="141917"/>
      <w:insideH w:val="single" w:sz="4" w:color="DDE2DF"/>
    </w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="50" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>
      <w:bottom w:w="50" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow">
    <w:rPr><w:b/><w:bCs/></w:rPr>
    <w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="8" w:color="141917"/></w:tcBorders></w:tcPr>
  </w:tblStylePr>
</w:style>
"""


def set_styles(document: Document) -> None:
    """Give Word's styles the look of the recap, and add those that Word lacks."""
    styles = document.styles
    for name, (size, before, after) in _SIZES.items():
        _set_paragraphs(styles[name], size, before, after)
    _drop_frame(styles["Title"])
    _add(document, FACTS, 10.5, _GREY, after=8)
    _add(document, EVIDENCE, 9, _GREY, after=4, left=Cm(1.3))
    _add(document, TURN, 10.5, _INK, after=6, left=Cm(1.5), hanging=Cm(1.5))
    link = styles.add_style(LINK, WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb = _ACCENT
    styles.element.append(parse_xml(_TABLE_STYLE))


def _set_paragraphs(style: ParagraphStyle, size: float, before: float, after: float) -> None:
    _set_font(style)
    style.font.size = Pt(size)
    style.font.color.rgb = _INK
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)


def _set_font(style: ParagraphStyle) -> None:
    """The font for every script: that of a theme would come first."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for kind in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), _FONT)


def _drop_frame(style: ParagraphStyle) -> None:
    """Word's title has a blue line below it."""
    frame = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if frame is not None:
        frame.getparent().remove(frame)


def _add(
    document: Document, name: str, size: float, colour: RGBColor, *, after: float, left: int = 0, hanging: int = 0
) -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.font.size = Pt(size)
    style.font.color.rgb = colour
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.left_indent = left
    style.paragraph_format.first_line_indent = -hanging
