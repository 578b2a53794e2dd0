"""Mends punctuation and case where two stretches of sound that were recognized by themselves meet.

A recognizer begins each stretch like a sentence and often ends it like one, wherever it was cut. What follows an open
sentence goes on in lower case, unless the word may be a name or a noun; a full stop in front of a word in lower case
goes. The words as they were heard stay in the result of the transcription.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.recap import Phrase, WindowText, Word

SHORT_PAUSE_SECONDS = 0.8  # across a longer one, a sentence may well have ended
SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")
CLOSING = "\"'”’)]»"
OPENING = "\"'“‘([«¿¡"
#: Words that are in lower case inside a sentence, by language; others only if the recording has them so.
SMALL_WORDS = {
    "en": "a an and are as at be because but by can could for from had has have he if in is it its my not of on or our "
    "she so than that the their then there these they this those to was we were what when where which who will with "
    "would you your",
    "de": "aber als am an auch auf aus bei bis dann dass das dem den der die durch ein eine einen einer er es für hat "
    "ich im in ist man mit nach nicht noch nur oder und uns vom von vor was weil wenn wie wir wird zu zum zur über",
    "fr": "alors au aux avec car ce ces cette comme dans de des donc du elle elles en est et il ils je la le les leur "
    "mais ne nous on ou par pas pour qui que sa sans se ses son sur un une vous",
    "es": "a al como con cuando de del el ella ellos en entonces es esta este la las le lo los me mi no nos o para "
    "pero por porque que se si sin su sus un una y ya yo",
    "nl": "aan als bij dan dat de deze die dit door een en er het hij hoe ik in is je kan maar met naar niet nog nu of "
    "om omdat ook op over te tot uit van voor want was wat we wij ze zij zijn zo",
}
#: What is a name, a polite form or "I" in upper case and something else in lower case.
ALWAYS_UPPER = {"en": {"i"}, "de": {"sie", "ihr", "ihnen", "ihre", "ihrem", "ihren", "ihrer", "ihres"}}


def join_borders(windows: Sequence[WindowText], language: str) -> tuple[WindowText, ...]:
    """The windows' texts with mended borders; `language` is that of windows which do not tell their own."""
    inner = _count_inner(windows)
    phrases = [(text.language or language, phrase) for text in windows for phrase in text.phrases]
    mended = [phrase for _, phrase in phrases]
    spoken = [number for number, phrase in enumerate(mended) if phrase.words]
    for before, after in pairwise(spoken):
        code = phrases[after][0]
        if phrases[before][0] == code:
            mended[before], mended[after] = _join(mended[before], mended[after], code, inner)
    rest = iter(mended)
    return tuple(replace(text, phrases=tuple(next(rest) for _ in text.phrases)) for text in windows)


def _join(before: Phrase, after: Phrase, language: str, inner: Counter[str]) -> tuple[Phrase, Phrase]:
    last, first = before.words[-1], after.words[0]
    if first.start - last.end > SHORT_PAUSE_SECONDS:
        return before, after
    text, following = last.text.rstrip(), first.text.strip().lstrip(OPENING)
    if not text.rstrip(CLOSING).endswith(SENTENCE_ENDS):
        if following[:1].isupper() and _may_be_lowered(following, language, inner):
            return before, _with_word(after, 0, replace(first, text=_lower_first(first.text)))
    elif following[:1].islower() and text.endswith(".") and not text.endswith(".."):
        return _with_word(before, len(before.words) - 1, replace(last, text=text[:-1])), after
    return before, after


def _may_be_lowered(word: str, language: str, inner: Counter[str]) -> bool:
    plain = word.strip(CLOSING + ",;:.?!…")
    low = plain.lower()
    if plain[1:] != low[1:] or low.partition("'")[0].partition("’")[0] in ALWAYS_UPPER.get(language, ()):
        return False
    if inner[plain]:
        return False
    return inner[low] > 0 or low in SMALL_WORDS.get(language, "").split()


def _count_inner(windows: Sequence[WindowText]) -> Counter[str]:
    """How often each word, as it is written, stands inside a sentence."""
    found: Counter[str] = Counter()
    for text in windows:
        for phrase in text.phrases:
            for before, word in pairwise(phrase.words):
                if not before.text.rstrip().rstrip(CLOSING).endswith((*SENTENCE_ENDS, ":")):
                    found[word.text.strip().strip(OPENING + CLOSING + ",;:.?!…")] += 1
    return found


def _lower_first(text: str) -> str:
    at = next(number for number, letter in enumerate(text) if letter.isalpha())
    return text[:at] + text[at].lower() + text[at + 1 :]


def _with_word(phrase: Phrase, number: int, word: Word) -> Phrase:
    words = (*phrase.words[:number], word, *phrase.words[number + 1 :])
    return replace(phrase, text="".join(each.text for each in words), words=words)
