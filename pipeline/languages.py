"""Languages by code: their names, their months and days, how they are written, and which can be asked for."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale, UnknownLocaleError

from pipeline.recap import Transcript

_WHISPER = """
    af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is
    it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl
    sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh
"""
_ASKED_FOR = "en nl de fr es it pt pl sv da no fi cs el hu ro tr uk ru ar he hi ja ko zh"
#: The codes of the languages that Whisper recognizes.
WHISPER_CODES = tuple(_WHISPER.split())
#: Names that differ from Babel's: the more usual one, and Whisper's own code for Javanese.
_NAMES = {"bn": "Bengali", "jw": "Javanese", "mi": "Maori"}
_NAMES_IN_ENGLISH = Locale("en").languages
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def base_code(code: str) -> str:
    """The language without its region: "pt" of "pt-BR"."""
    return code.replace("_", "-").partition("-")[0].lower()


def document_language(code: str) -> str:
    """The language that a document is said to be in: the code if it may be a tag (RFC 5646), else English."""
    return code if _TAG.fullmatch(code) else "en"


def language_name(code: str) -> str:
    """The English name of a language without its region; the code itself if there is no such language."""
    plain = base_code(code)
    return _NAMES.get(plain) or _NAMES_IN_ENGLISH.get(plain) or code


@cache
def text_direction(code: str) -> str:
    """The direction in which a language is written: "rtl" or "ltr", which is also the answer for unknown languages."""
    try:
        return str(Locale.parse(base_code(code)).text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


@cache
def month_names(code: str) -> tuple[str, ...]:
    """The names of the twelve months, as the language writes them."""
    names = Locale.parse(code).months["format"]["wide"]
    return tuple(names[month] for month in range(1, 13))


@cache
def weekday_names(code: str) -> tuple[str, ...]:
    """The names of the days from Monday on, as the language writes them."""
    names = Locale.parse(code).days["format"]["wide"]
    return tuple(names[day] for day in range(7))


#: The names of the languages that can be asked for, by code.
LANGUAGES = {code: language_name(code) for code in _ASKED_FOR.split()}


def list_spoken(transcript: Transcript) -> list[str]:
    """The codes of the languages of a transcript, the one spoken longest first."""
    seconds: dict[str, float] = {}
    for segment in transcript.segments:
        code = segment.language or transcript.language
        seconds[code] = seconds.get(code, 0.0) + segment.end - segment.start
    return sorted(seconds, key=lambda code: -seconds[code]) or [transcript.language]
