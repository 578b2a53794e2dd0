"""Parses a vocabulary: one name or term a line, or `sounds like -> write`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import PipelineError

MAX_ENTRIES = 200
MAX_TERM = 60
MAX_TERM_WORDS = 5
#: The longest text that is read: a form with it stays small in any script.
MAX_CHARACTERS = 10_000
_ARROW = re.compile(r"\s*(?:->|=>|→)\s*")


class InvalidVocabulary(PipelineError):
    """A vocabulary that cannot be read. The message names the line, never its words."""

    code = "invalid_vocabulary"
    default_message = "The vocabulary cannot be read."
    default_hint = "Write one name or term a line, or: sounds like -> write."


@dataclass(frozen=True, slots=True)
class Entry:
    """A term as it is to be written; `sounds_like` is a form that is always replaced by it, None: only near misses."""

    write: str
    sounds_like: str | None = None


def parse_vocabulary(text: str) -> tuple[Entry, ...]:
    """The entries of a text, in order and each once. Raises InvalidVocabulary."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidVocabulary(
            f"The vocabulary has more than {MAX_CHARACTERS:,} characters.",
            f"Keep to {MAX_ENTRIES} lines of at most {MAX_TERM} characters.",
        )
    entries = tuple(dict.fromkeys(_parse_lines(text)))
    if len(entries) > MAX_ENTRIES:
        raise InvalidVocabulary(
            f"The vocabulary has {len(entries):,} entries, more than {MAX_ENTRIES}.",
            "Keep those that are most often misheard.",
        )
    return entries


def format_vocabulary(entries: tuple[Entry, ...]) -> str:
    """The text of a vocabulary as it is kept: what `parse_vocabulary` reads."""
    return "\n".join(f"{each.sounds_like} -> {each.write}" if each.sounds_like else each.write for each in entries)


def clean_vocabulary(text: str) -> str:
    """A vocabulary as it is kept, without blank lines and repetitions. Raises InvalidVocabulary."""
    return format_vocabulary(parse_vocabulary(text))


def add_entry(entries: tuple[Entry, ...], new: Entry) -> tuple[Entry, ...]:
    """The entries with one more; it takes the place of one for the same words. Raises InvalidVocabulary."""
    parse_vocabulary(format_vocabulary((new,)))  # so that an error does not name a line of the others
    said = new.sounds_like and new.sounds_like.casefold()
    kept = (each for each in entries if not said or not each.sounds_like or each.sounds_like.casefold() != said)
    return parse_vocabulary(format_vocabulary((*kept, new)))


def terms_of(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """What is to be written, each term once."""
    return tuple(dict.fromkeys(entry.write for entry in entries))


def _parse_lines(text: str) -> Iterator[Entry]:
    meaning: dict[str, tuple[int, str]] = {}
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", unicodedata.normalize("NFC", text)), 1):
        line = _clean_line(raw)
        if not line:
            continue
        parts = _ARROW.split(line)
        if len(parts) > 2:
            raise _invalid(number, "has more than one arrow", "Write one `sounds like -> write` a line.")
        for part in parts:
            _check_term(number, part)
        entry = Entry(parts[-1], parts[0] if len(parts) == 2 else None)
        if entry.sounds_like:
            known, write = meaning.setdefault(entry.sounds_like.casefold(), (number, entry.write))
            if write != entry.write:
                raise _invalid(number, f"replaces the same words as line {known}", "Keep one of the two.")
        yield entry


def _clean_line(line: str) -> str:
    """A line without control characters, with one space between words."""
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in line).split())


def _check_term(number: int, term: str) -> None:
    if not any(c.isalnum() for c in term):
        problem = "has nothing on one side of its arrow" if not term else "has no letter or digit"
        raise _invalid(number, problem, "Write a name or term, or: sounds like -> write.")
    if len(term) > MAX_TERM:
        raise _invalid(number, f"is longer than {MAX_TERM} characters", "Write one name or term a line.")
    if len(term.split()) > MAX_TERM_WORDS:
        raise _invalid(number, f"has more than {MAX_TERM_WORDS} words", "Write one name or term a line.")


def _invalid(number: int, problem: str, hint: str) -> InvalidVocabulary:
    return InvalidVocabulary(f"Line {number} of the vocabulary {problem}.", hint)
