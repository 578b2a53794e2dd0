"""Checks whether a text is in the requested language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from pipeline.languages import WHISPER_CODES, base_code

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MIN_BYTES = 40
"""Of letters, in UTF-8: shorter texts, such as a title or a name, are not reliable."""
MIN_PROBABILITY = 0.8
"""Lower probabilities are ignored. Of 26,000 messages of a text editor in 19 languages none was taken for another
language, and 92 % of the English ones of at least 40 letters were identified as English."""
MAX_FOREIGN_SHARE = 0.25
"""With a larger share of letters in other languages the whole answer is foreign."""
IDENTIFIER_CODES = {"jw": "jv", "iw": "he", "nb": "no", "fil": "tl", "cmn": "zh"}
"""Codes of Whisper and others, and those of the identifier."""
SIMILAR_LANGUAGES = (
    "no nn da",
    "hr sr bs",
    "id ms jv",
    "cs sk",
    "gl pt",
    "gl es",
    "zh yue",
    "af nl",
    "hi mr ne sa",
)
"""Languages that cannot be distinguished reliably in a sentence."""
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|»[^«]*«|「[^」]*」|\"[^\"]*\"")


def is_foreign(texts: Iterable[str], language: str) -> bool:
    """Whether more than a quarter of the texts is, reliably, in another language than this one.

    Text in quotation marks does not count. False if there is too little text or the identifier does not know the
    language.
    """
    wanted = _code(language)
    if wanted not in _identifier().nb_classes:
        return False
    near = {wanted}.union(*(group.split() for group in SIMILAR_LANGUAGES if wanted in group.split()))
    judged = foreign = 0
    for text in texts:
        plain = _QUOTED.sub(" ", text)
        size = len("".join(one for one in plain if one.isalpha()).encode())
        if size >= MIN_BYTES:
            found, probability = _identifier().classify(plain)
            judged += size
            foreign += size if found not in near and probability >= MIN_PROBABILITY else 0
    return foreign > MAX_FOREIGN_SHARE * judged


def _code(language: str) -> str:
    code = base_code(language)
    return IDENTIFIER_CODES.get(code, code)


@cache
def _identifier() -> LanguageIdentifier:
    """Loaded once per process: 0.7 s and 80 MB. Limited to the languages that Whisper knows."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages({_code(one) for one in WHISPER_CODES} & set(identifier.labels))
    return identifier
