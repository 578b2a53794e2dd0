"""The words of stretches of recordings, as if one recording had been heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.parts.stretch import Stretch
from pipeline.recap import Phrase, WindowText
from pipeline.transcribe import Transcription
from pipeline.voice_activity import TimeSpan, VoiceActivity

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class HeardPart:
    """What was heard in a recording, and the stretch of it that is used."""

    speech: VoiceActivity
    words: Transcription
    stretch: Stretch


def join_words(parts: Sequence[HeardPart], terms: tuple[str, ...]) -> tuple[VoiceActivity, Transcription]:
    """Speech and words of all parts, in order; the language is that of the longest talk.

    `terms` is the vocabulary of the whole. A word that a stretch begins or ends in belongs to the one that has its
    middle.
    """
    spans = [TimeSpan(*span) for part in parts for span in _clip_spans(part)]
    texts = [text for part in parts for text in _cut_windows(part)]
    numbered = tuple(replace(text, window=number) for number, text in enumerate(texts))
    windows = tuple(TimeSpan(*text.span) for text in numbered if text.span)
    spoken: dict[str, float] = {}
    for part in parts:
        seconds = sum(end - start for start, end in _clip_spans(part))
        spoken[part.words.language] = spoken.get(part.words.language, 0.0) + seconds
    language = max(spoken, key=lambda code: spoken[code])
    probability = next(part.words.language_probability for part in parts if part.words.language == language)
    return VoiceActivity(tuple(spans), windows), Transcription(language, probability, numbered, terms)


def _clip_spans(part: HeardPart) -> Iterator[tuple[float, float]]:
    found = (part.stretch.clip(span.start, span.end) for span in part.speech.spans)
    return (span for span in found if span is not None)


def _cut_windows(part: HeardPart) -> Iterator[WindowText]:
    stretch = part.stretch
    for text in part.words.windows:
        window = part.speech.windows[text.window] if text.span is None else TimeSpan(*text.span)
        span = stretch.clip(window.start, window.end)
        if span is not None:
            yield replace(
                text,
                phrases=tuple(_cut_phrases(text.phrases, stretch)),
                missed=_clip_all(text.missed, stretch),
                silent=_clip_all(text.silent, stretch),
                span=span,
                language=text.language or part.words.language,
            )


def _cut_phrases(phrases: Iterable[Phrase], stretch: Stretch) -> Iterator[Phrase]:
    for phrase in phrases:
        words = tuple(
            replace(word, start=stretch.place(word.start), end=stretch.place(word.end))
            for word in phrase.words
            if stretch.holds_most_of(word.start, word.end)
        )
        is_whole = len(words) == len(phrase.words)
        if not words and not (is_whole and stretch.holds_most_of(phrase.start, phrase.end)):
            continue
        yield replace(
            phrase,
            start=stretch.place(phrase.start),
            end=stretch.place(phrase.end),
            text=phrase.text if is_whole else "".join(word.text for word in words),
            words=words,
        )


def _clip_all(spans: Spans, stretch: Stretch) -> Spans:
    found = (stretch.clip(start, end) for start, end in spans)
    return tuple(span for span in found if span is not None)
