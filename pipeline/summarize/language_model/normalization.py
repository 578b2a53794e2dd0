"""Text in a form that can be displayed or compared."""

from __future__ import annotations

import re
import unicodedata

NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Thai and Lao, Burmese, Khmer, kana and Chinese characters: scripts without spaces between words."""
_TOKEN = re.compile(rf"[{NO_SPACES}]|[^\s{NO_SPACES}]+")
_JOINERS = "\u200c\u200d"
"""Invisible, but part of the spelling in Persian, in Indian scripts and in emoji."""
_SELECTORS = range(0xE0100, 0xE01F0)
"""Variation selectors, which no text needs and which can hide messages."""


def to_one_line(text: str) -> str:
    """The text on one line, without control characters and other invisible ones, such as changes of direction."""
    kept = (
        one
        for one in text
        if one.isspace()
        or one in _JOINERS
        or (unicodedata.category(one) not in ("Cc", "Cf", "Co", "Cs") and ord(one) not in _SELECTORS)
    )
    return " ".join("".join(kept).split())


def normalize(text: str) -> str:
    """Letters and digits only, in lower case, with single spaces; characters that stand for words count as words."""
    folded = re.sub("['’‘`´\u00ad\u200b-\u200f\u2060\ufeff]", "", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in folded)
    return " ".join(_TOKEN.findall(kept))


_TO_ROUND_BRACKETS = str.maketrans(
    dict.fromkeys("<[{‹〈〈⟨❮ᐸ＜﹤［【〔｛˂", "(") | dict.fromkeys(">]}›〉〉⟩❯ᐳ＞﹥］】〕｝˃", ")")
)


def as_data(text: str) -> str:
    """The text on one line, unable to open or close a tag, or to pass for an id or a control token of the chat."""
    return to_one_line(text).translate(_TO_ROUND_BRACKETS)
