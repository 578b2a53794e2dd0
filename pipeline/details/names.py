"""Has the names of attendees known where a recording's names and terms are."""

from __future__ import annotations

from pipeline.meeting import Details
from pipeline.vocabulary.entries import (
    MAX_CHARACTERS,
    MAX_ENTRIES,
    InvalidVocabulary,
    format_vocabulary,
    parse_vocabulary,
)


def add_names(vocabulary: str, details: Details) -> str:
    """The vocabulary with the names of all attendees, after what people entered; what is no term is left out.

    Those who were absent may be spoken of. Raises InvalidVocabulary.
    """
    if not details.attendees:
        return vocabulary
    entries = parse_vocabulary(vocabulary)
    known = {each.write.casefold() for each in entries}
    for attendee in details.attendees:
        try:
            added = parse_vocabulary(attendee.name)
        except InvalidVocabulary:  # too many words, or no letter
            continue
        longer = entries + tuple(
            each for each in added if each.sounds_like is None and each.write.casefold() not in known
        )
        if len(longer) <= MAX_ENTRIES and len(format_vocabulary(longer)) <= MAX_CHARACTERS:
            entries = longer
    return format_vocabulary(entries)
