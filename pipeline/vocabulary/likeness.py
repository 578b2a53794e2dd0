"""How alike two forms are in spelling and sound, 0..1."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Spellings of one sound in European languages, longest first; what is left differs in sound too.
_SOUNDS = (
    ("tsch", "c"), ("sch", "s"), ("tch", "c"), ("ough", "o"), ("ph", "f"), ("th", "t"), ("gh", "g"), ("kn", "n"),
    ("wh", "w"), ("ck", "k"), ("ch", "c"), ("sh", "s"), ("qu", "kw"), ("ij", "i"), ("ei", "i"), ("ie", "i"),
    ("ee", "i"), ("ea", "i"), ("oo", "u"), ("ou", "u"), ("ai", "e"), ("ay", "e"), ("ey", "e"), ("au", "o"),
    ("x", "ks"), ("q", "k"), ("c", "k"), ("z", "s"), ("v", "f"), ("w", "f"), ("y", "i"), ("j", "i"),
)  # fmt: skip


def fold(text: str) -> str:
    """The letters and digits of a text, in lower case and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if c.isalnum())


def sound_of(folded: str) -> str:
    """A rough key to how a folded form sounds: one letter for each sound, none doubled."""
    for spelling, sound in _SOUNDS:
        folded = folded.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", folded)


@dataclass(frozen=True, slots=True)
class Form:
    """How something is written and sounds, both folded."""

    letters: str
    sound: str

    @classmethod
    def of(cls, text: str) -> Form:
        """The form of a text."""
        letters = fold(text)
        return cls(letters, sound_of(letters))

    def likeness(self, other: Form, least: float = 0.0) -> float:
        """How alike two forms are: in spelling, or in the mean of spelling and sound, if that is larger.

        0 may also stand for anything below `least`.
        """
        from rapidfuzz.distance import DamerauLevenshtein

        cutoff = max(0.0, 2 * least - 1)  # below it, the same sound cannot make up for it
        spelled = DamerauLevenshtein.normalized_similarity(self.letters, other.letters, score_cutoff=cutoff)
        if spelled < cutoff:
            return 0.0
        sounding = DamerauLevenshtein.normalized_similarity(self.sound, other.sound)
        return max(spelled, (spelled + sounding) / 2)
