"""Which of Parakeet's languages a text is in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: The languages of Parakeet TDT v3, English first: it is taken where there is no text.
PARAKEET_CODES = tuple("en bg cs da de el es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk".split())


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(set(PARAKEET_CODES))
    return identifier


def tell_language(text: str) -> dict[str, float]:
    """The probability of each language, by code; all the same for a text without a letter."""
    if not any(letter.isalpha() for letter in text):
        return dict.fromkeys(PARAKEET_CODES, 1 / len(PARAKEET_CODES))
    return {code: float(probability) for code, probability in _identifier().rank(text)}
