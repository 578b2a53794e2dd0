"""Where a line may end inside a text without spaces, and which characters are never parted."""

from __future__ import annotations

import re
import unicodedata

_CJK = (
    "\u2e80-\u303f\u3040-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
# what Japanese and Chinese typesetting (JIS X 4051, GB/T 15834) lets no line begin with, and no line end with
_CLOSING = (
    "、。，．・：；？！ー々〻ゝゞヽヾ」』）】〉》〕〗〙｝］ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…‥”’％)\\].,:;?!"
)
_OPENING = "「『（【〈《〔〖〘｛［“‘(\\["
_UNITS = re.compile(f"[{_OPENING}]*(?:[{_CJK}]|[^{_CJK}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*")
_HAS_CJK = re.compile(f"[{_CJK}]")
_THAI = re.compile("[\u0e00-\u0e7f]")
# a vowel that is written before its consonant begins a syllable
_THAI_SYLLABLE = re.compile("(?<=[\u0e00-\u0e7f])(?=[\u0e40-\u0e44])")
_JOINED = ("Mn", "Me", "Mc", "Cf")
_VIRAMA = "\u094d"
_ZERO_WIDTH_JOINER = "\u200d"


def split_word(text: str) -> list[str]:
    """Split a word after each part that a line may end with.

    Chinese and Japanese break between characters, but not before closing or after opening signs, Thai before vowels
    that begin a syllable. Other scripts break at spaces only.
    """
    if text.isascii():
        return [text]
    if _HAS_CJK.search(text):
        return [unit for unit in _UNITS.findall(text) if unit]
    if _THAI.search(text):
        return _THAI_SYLLABLE.split(text)
    return [text]


def split_clusters(text: str) -> list[str]:
    """The characters of a text, each with its accents and with what it joins (as the parts of an Indic syllable)."""
    if text.isascii():
        return list(text)
    clusters: list[str] = []
    for one in text:
        joined = clusters and (
            unicodedata.category(one) in _JOINED or clusters[-1][-1] in (_VIRAMA, _ZERO_WIDTH_JOINER)
        )
        if joined:
            clusters[-1] += one
        else:
            clusters.append(one)
    return clusters
