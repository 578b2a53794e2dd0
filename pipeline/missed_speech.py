"""Hears again what speech a window's words do not cover.

A window that holds loud and faint speech may come back with the loud sentences only, and nothing about it looks
suspicious. So speech without a word is decoded by itself, louder if it is faint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.invented_words import cut_loops, drop_invented
from pipeline.recap import Phrase, Word
from pipeline.recognizer import Recognizer, TranscribeOptions
from pipeline.samples import SAMPLE_RATE, Samples
from pipeline.voice_activity import TimeSpan, cut_out, pack_windows

LONGEST_WORD_SECONDS = 1.3  # a longer one covers no more than that
SHORTEST_SECONDS = 1.0  # speech without words that is heard again
JOIN_SECONDS = 0.5  # stretches that are nearer than this are one
PIECE_SECONDS = 20.0  # a longer window with such a stretch is heard again in pieces: less at once, less is jumped over
AROUND_SECONDS = 0.2  # sound that is decoded before and after
FAINT_PEAK, RAISED_PEAK = 0.1, 0.5  # fainter stretches are raised
LEAST_PROBABILITY = 0.2  # of a word; Whisper invents fainter ones
LEAST_MEAN_PROBABILITY = 0.4  # of the words of a phrase
LEAST_LOGPROB = -1.0  # of a phrase, as Whisper's own rule has it


@dataclass(frozen=True, slots=True)
class Heard:
    """The phrases of a window, in order, and the stretches of speech that have no word all the same."""

    phrases: tuple[Phrase, ...]
    missed: tuple[TimeSpan, ...]


def hear_missed(
    samples: Samples,
    speech: Sequence[TimeSpan],
    phrases: Sequence[Phrase],
    recognizer: Recognizer,
    options: TranscribeOptions,
) -> Heard:
    """Decode the stretches of `speech` (within one window) that no word of `phrases` covers, each by itself.

    Before that, a long window with such stretches is decoded in pieces, if more words are likely to be right so.
    """
    if _find_gaps(speech, phrases) and speech[-1].end - speech[0].start > PIECE_SECONDS:
        pieces = pack_windows(speech, PIECE_SECONDS)
        again = [phrase for piece in pieces for phrase in _decode(samples, piece, recognizer, options)]
        phrases = max(phrases, again, key=_count_likely_words)
    found = [phrase for gap in _find_gaps(speech, phrases) for phrase in _decode(samples, gap, recognizer, options)]
    if not found:
        return Heard(tuple(phrases), tuple(find_missed(speech, phrases)))
    new = [(phrase.start, phrase.end) for phrase in found]
    kept = (
        _keep_words(phrase, lambda word: not (_is_stretched(word) and _any_between(new, word.start, word.end)))
        for phrase in phrases
    )
    both = tuple(_merge([phrase for phrase in kept if phrase], found))
    return Heard(both, tuple(find_missed(speech, both)))


def _find_gaps(speech: Sequence[TimeSpan], phrases: Sequence[Phrase]) -> list[TimeSpan]:
    """The stretches of speech that no word covers which lasts as long as words do."""
    sure = (_keep_words(phrase, lambda word: not _is_stretched(word)) for phrase in phrases)
    return find_missed(speech, filter(None, sure))


def _count_likely_words(phrases: Sequence[Phrase]) -> float:
    """How many words are likely to be right."""
    return sum(word.probability for phrase in phrases for word in phrase.words)


def _is_stretched(word: Word) -> bool:
    """Whether a word lasts longer than people take to say one: the recognizer jumped over others."""
    return word.end - word.start > LONGEST_WORD_SECONDS


def _keep_words(phrase: Phrase, is_kept: Callable[[Word], bool]) -> Phrase | None:
    words = [word for word in phrase.words if is_kept(word)]
    if len(words) == len(phrase.words):
        return phrase
    return _with_words(phrase, words) if words else None


def find_missed(speech: Iterable[TimeSpan], phrases: Iterable[Phrase]) -> list[TimeSpan]:
    """The stretches of speech of at least a second that no word covers."""
    words = sorted(
        (max(word.start, word.end - LONGEST_WORD_SECONDS), word.end) for phrase in phrases for word in phrase.words
    )
    rests: list[TimeSpan] = []
    for span in speech:
        for rest in cut_out(span, words):
            if (
                rests
                and rest.start - rests[-1].end < JOIN_SECONDS
                and not _any_between(words, rests[-1].end, rest.start)
            ):
                rests[-1] = TimeSpan(rests[-1].start, rest.end)
            else:
                rests.append(rest)
    return [rest for rest in rests if rest.seconds >= SHORTEST_SECONDS]


def _any_between(words: Sequence[tuple[float, float]], start: float, end: float) -> bool:
    return any(begin < end and stop > start for begin, stop in words)


def _decode(samples: Samples, stretch: TimeSpan, recognizer: Recognizer, options: TranscribeOptions) -> list[Phrase]:
    first = max(0, int((stretch.start - AROUND_SECONDS) * SAMPLE_RATE))
    sound = samples[first : int((stretch.end + AROUND_SECONDS) * SAMPLE_RATE)]
    peak = float(np.abs(sound).max(initial=0.0))
    if 0 < peak < FAINT_PEAK:
        sound = sound * np.float32(RAISED_PEAK / peak)
    whole = TimeSpan(0.0, len(sound) / SAMPLE_RATE)
    heard = drop_invented(recognizer.decode_alone(sound, whole, options)).phrases
    found = (_keep(phrase, stretch, first / SAMPLE_RATE) for phrase in heard)
    return [
        cut_loops(phrase)
        for phrase in found
        if phrase is not None and phrase.compression_ratio <= options.max_compression_ratio
    ]


def _keep(phrase: Phrase, stretch: TimeSpan, offset: float) -> Phrase | None:
    """A phrase with the words that are likely and within the stretch, at their times in the recording."""
    if phrase.avg_logprob < LEAST_LOGPROB:
        return None
    moved = (
        replace(word, start=round(word.start + offset, 3), end=round(word.end + offset, 3)) for word in phrase.words
    )
    words = tuple(word for word in moved if word.probability > LEAST_PROBABILITY and _is_within(word, stretch))
    if not words or sum(word.probability for word in words) / len(words) < LEAST_MEAN_PROBABILITY:
        return None
    return _with_words(phrase, words)


def _merge(phrases: Sequence[Phrase], found: Sequence[Phrase]) -> list[Phrase]:
    """All phrases in order of time; one that has words on both sides of a found one is cut there."""
    cuts = [phrase.start for phrase in found]
    pieces = [piece for phrase in phrases for piece in _cut(phrase, cuts)]
    return sorted([*pieces, *found], key=lambda phrase: phrase.start)


def _cut(phrase: Phrase, cuts: Iterable[float]) -> Iterator[Phrase]:
    words = list(phrase.words)
    for cut in sorted(cuts):
        before = [word for word in words if word.start < cut]
        if before and len(before) < len(words):
            yield _with_words(phrase, before)
            words = words[len(before) :]
    yield _with_words(phrase, words) if len(words) < len(phrase.words) else phrase


def _with_words(phrase: Phrase, words: Sequence[Word]) -> Phrase:
    text = "".join(word.text for word in words)
    return replace(phrase, start=words[0].start, end=words[-1].end, text=text, words=tuple(words))


def _is_within(word: Word, stretch: TimeSpan) -> bool:
    return stretch.start <= (word.start + word.end) / 2 <= stretch.end
