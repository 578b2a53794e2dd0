"""How numbers are said and written in each language."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.languages import month_names


@dataclass(frozen=True, slots=True)
class Usage:
    """The words around numbers in a language, in lower case.

    `scales` are words for 100 and more that say how often by the word before; those in `millions` stay words ("3.5
    million"). `percent` are the words of per cent, `links` join numbers that are written alike ("sixty to seventy").
    Beside a word of `decimals` ("point") a number is part of another one, and so it is before `halves` ("and a half").
    Before a month a number is a day; `of` may stand between. `group` separates thousands, `percent_sign` is written
    behind a number.
    """

    scales: frozenset[str]
    millions: dict[str, int]
    percent: frozenset[tuple[str, ...]]
    currencies: frozenset[str]
    months: frozenset[str]
    links: frozenset[str]
    decimals: frozenset[str]
    halves: frozenset[str]
    of: frozenset[str]
    group: str
    percent_sign: str
    capital_months: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _months(code: str) -> frozenset[str]:
    return frozenset(map(str.casefold, month_names(code)))


USAGES = {
    "en": Usage(
        scales=_words("hundred hundreds thousand thousands million millions billion billions trillion"),
        millions={"million": 10**6, "billion": 10**9},
        percent=frozenset({("percent",), ("per", "cent")}),
        currencies=_words("euro euros dollar dollars pound pounds"),
        months=_months("en"),
        links=_words("to or and"),
        decimals=_words("point oh"),
        halves=_words("half halves quarter quarters"),
        of=_words("of"),
        group=",",
        percent_sign="%",
        capital_months=True,
    ),
    "nl": Usage(
        scales=_words("honderd honderden duizend duizenden miljoen miljoenen miljard miljarden"),
        millions={"miljoen": 10**6, "miljard": 10**9},
        percent=frozenset({("procent",)}),
        currencies=_words("euro euro's dollar dollars"),
        months=_months("nl"),
        links=_words("tot of en à"),
        decimals=_words("komma punt"),
        halves=_words("half halve kwart"),
        of=_words("van"),
        group=".",
        percent_sign="%",
    ),
    "de": Usage(
        scales=_words("hundert hunderte tausend tausende million millionen milliarde milliarden"),
        millions={"million": 10**6, "millionen": 10**6, "milliarde": 10**9, "milliarden": 10**9},
        percent=frozenset({("prozent",)}),
        currencies=_words("euro dollar franken"),
        months=_months("de") | {"jänner"},
        links=_words("bis oder und"),
        decimals=_words("komma punkt"),
        halves=_words("halb halbe halbes viertel"),
        of=frozenset(),
        group=".",
        percent_sign="\N{NO-BREAK SPACE}%",
        capital_months=True,
    ),
    "fr": Usage(
        scales=_words("cent cents mille million millions milliard milliards"),
        millions={"million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9},
        percent=frozenset({("pour", "cent"), ("pourcent",)}),
        currencies=_words("euro euros dollar dollars"),
        months=_months("fr"),
        links=_words("à ou et"),
        decimals=_words("virgule"),
        halves=_words("demi demie quart"),
        of=frozenset(),
        group="\N{NO-BREAK SPACE}",
        percent_sign="\N{NO-BREAK SPACE}%",
    ),
    "es": Usage(
        scales=_words("cien ciento cientos mil miles millón millones"),
        millions={"millón": 10**6, "millones": 10**6},
        percent=frozenset({("por", "ciento"), ("por", "cien")}),
        currencies=_words("euro euros dólar dólares"),
        months=_months("es") | {"setiembre"},
        links=_words("a o u y"),
        decimals=_words("coma punto"),
        halves=_words("medio media cuarto"),
        of=_words("de"),
        group=".",
        percent_sign="\N{NO-BREAK SPACE}%",
    ),
}
