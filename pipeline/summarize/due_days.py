"""The day that a due date means, counted from the day of the meeting: "by Friday", "tomorrow", "the first of June".

What leaves room, such as "next week" or "soon", means no day.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from pipeline.languages import base_code, month_names, weekday_names
from pipeline.recap import Summary

NEAR_DAYS = {
    "en": (r"today|tonight|this (?:morning|afternoon|evening)", r"(?<!after )tomorrow", r"day after tomorrow"),
    "nl": (r"vandaag|vanavond|vanmiddag", r"morgen", r"overmorgen"),
    "de": (r"heute", r"morgen", r"übermorgen"),
    "fr": (r"aujourd'hui|ce soir|cet après-midi", r"(?<!après-)demain", r"après-demain"),
    "es": (r"hoy|esta (?:tarde|noche)", r"(?<!pasado )mañana", r"pasado mañana"),
}
"""Today, tomorrow and the day after, of each language."""
OPEN_WORDS = re.compile(r"\b(?:next|nächst\w*|kommend\w*|volgende|prochaine?|próxim\w|end|ende|eind|fin|week\w*)\b")
"""With these a weekday or month means more than one day."""


def find_day(words: str, said_on: date, language: str) -> date | None:
    """The day that the words mean if said on this one; None if they mean none, or several."""
    code = base_code(language)
    if code not in NEAR_DAYS:
        return None
    text = words.casefold().replace("’", "'")
    for days, pattern in enumerate(NEAR_DAYS[code]):
        if re.search(rf"\b(?:{pattern})\b", text):
            return said_on + timedelta(days)
    if OPEN_WORDS.search(text):
        return None
    return _day_of_month(text, said_on, code) or _next_weekday(text, said_on, code)


def _next_weekday(text: str, said_on: date, code: str) -> date | None:
    for number, name in enumerate(map(str.casefold, weekday_names(code))):
        if re.search(rf"\b{name}\b", text):
            return said_on + timedelta((number - said_on.weekday() - 1) % 7 + 1)
    return None


def _day_of_month(text: str, said_on: date, code: str) -> date | None:
    from text_to_num import alpha2digit

    digits = alpha2digit(text, code, 0)
    for month, name in enumerate(map(str.casefold, month_names(code)), 1):
        found = re.search(rf"(\d{{1,2}})\S{{0,3}} (?:of |de |)?{name}\b|\b{name} (?:the )?(\d{{1,2}})", digits)
        if not found:
            continue
        try:
            day = date(said_on.year, month, int(found[1] or found[2]))
            return day if day >= said_on else day.replace(year=said_on.year + 1)
        except ValueError:
            return None
    return None


def with_due_days(summary: Summary, said_on: date | None, language: str) -> Summary:
    """The summary with the day of each due date that means one, if the day of the meeting is known."""
    if said_on is None:
        return summary
    days = [find_day(item.due, said_on, language) if item.due else None for item in summary.action_items]
    items = (
        replace(item, due_day=day.isoformat() if day else None)
        for item, day in zip(summary.action_items, days, strict=True)
    )
    return replace(summary, action_items=tuple(items))
