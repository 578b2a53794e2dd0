"""Fonts of the system for scripts whose fonts are too large to come with the product."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SystemFont:
    """A font file that may be installed: its Debian package, and its size beside the fonts of the product.

    `blocks` are the characters it is used for; None: all.
    """

    name: str
    files: tuple[str, ...]
    package: str
    scale: float
    blocks: re.Pattern[str] | None = None


CHINESE_JAPANESE = "fonts-droid-fallback"
KOREAN = "fonts-nanum"
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
SYSTEM_FONTS = (
    SystemFont("NanumMyeongjo", ("NanumMyeongjo.ttf", "NanumGothic.ttf"), KOREAN, 1.0, _HANGUL),
    SystemFont("Droid", ("DroidSansFallback.ttf", "DroidSansFallbackFull.ttf"), CHINESE_JAPANESE, 0.94),
    SystemFont("WenQuanYi", ("wqy-microhei.ttc", "wqy-zenhei.ttc"), "fonts-wqy-microhei", 0.94),
    SystemFont("DejaVu", ("DejaVuSans.ttf",), "fonts-dejavu-core", 0.88),
)
_FOLDERS = ("/usr/local/share/fonts", "/usr/share/fonts", "/usr/share/fonts-droid-fallback", "/Library/Fonts")
_SCRIPTS = (
    (re.compile("CJK|HIRAGANA|KATAKANA|BOPOMOFO|IDEOGRAPHIC|FULLWIDTH|HALFWIDTH"), CHINESE_JAPANESE),
    (re.compile("HANGUL"), KOREAN),
)


@cache
def find_system_fonts() -> dict[str, Path]:
    """The installed files of `SYSTEM_FONTS` by font name."""
    wanted = {file for font in SYSTEM_FONTS for file in font.files}
    found: dict[str, Path] = {}
    for top in _FOLDERS:
        for folder, _, files in os.walk(top):
            for file in wanted.intersection(files):
                found.setdefault(file, Path(folder, file))
    chosen = {font.name: next((found[file] for file in font.files if file in found), None) for font in SYSTEM_FONTS}
    return {name: path for name, path in chosen.items() if path}


def find_missing_packages() -> list[str]:
    """The Debian packages without which Chinese, Japanese or Korean has no letters."""
    found = find_system_fonts()
    has_chinese = "Droid" in found or "WenQuanYi" in found
    has_korean = has_chinese or "NanumMyeongjo" in found
    wanted = ((has_chinese, CHINESE_JAPANESE), (has_korean, KOREAN))
    return [package for is_found, package in wanted if not is_found]


def packages_for(characters: Iterable[str]) -> list[str]:
    """The Debian packages with fonts for these characters, as far as they are known."""
    names = {unicodedata.name(one, "") for one in characters}
    return [package for pattern, package in _SCRIPTS if any(pattern.match(name) for name in names)]
