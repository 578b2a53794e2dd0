"""Transcribes windows of speech in batches; saves each, and decodes again what is unreliable or was passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Protocol

from pipeline.errors import OutOfMemory, is_out_of_memory
from pipeline.invented_words import cut_loops, drop_invented
from pipeline.missed_speech import hear_missed
from pipeline.recap import Phrase, WindowText
from pipeline.recognizer import Recognizer, TranscribeOptions
from pipeline.samples import Samples
from pipeline.vocabulary.hints import HintFinder
from pipeline.voice_activity import TimeSpan

#: A window with less speech than this may have no words.
SPEECH_FOR_A_WORD_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Transcription:
    """The text of all windows, in order; `terms` is the vocabulary that the recognizer had."""

    language: str
    language_probability: float
    windows: tuple[WindowText, ...]
    terms: tuple[str, ...] = ()


class BatchStore(Protocol):
    """Where batches are saved, so that a restart loses at most one."""

    def load(self) -> list[WindowText]: ...
    def save(self, number: int, texts: Sequence[WindowText]) -> None: ...


def find_fault(phrases: Iterable[Phrase], speech_seconds: float, options: TranscribeOptions) -> str | None:
    """Why the text of a window is unreliable: `no_words`, `repetition` or `low_confidence`; None if it is fine."""
    phrases = list(phrases)
    if not any(phrase.words for phrase in phrases):
        return "no_words" if speech_seconds >= SPEECH_FOR_A_WORD_SECONDS else None
    if any(phrase.compression_ratio > options.max_compression_ratio for phrase in phrases):
        return "repetition"
    if any(phrase.avg_logprob < options.min_avg_logprob for phrase in phrases):
        return "low_confidence"
    return None


def transcribe(
    pcm: Samples,
    windows: Sequence[TimeSpan],
    spans: Sequence[TimeSpan],
    recognizer: Recognizer,
    options: TranscribeOptions,
    parts: BatchStore,
    batch_size: int,
    on_progress: Callable[[float], None],
    languages: Sequence[str] = (),
) -> tuple[WindowText, ...]:
    """Transcribe windows in batches. Each batch is saved when it is done, and saved windows are skipped.

    As many batches are decoded at once as the recognizer has workers; together they have `batch_size` windows.
    `languages` has that of each window, where there are several; a batch is in one language.

    `on_progress` gets the finished share of the windows' seconds, 0..1, and may raise to stop. When memory runs out,
    the batch size is halved; raises OutOfMemory if not even one window fits.
    """
    done: dict[int, WindowText] = {}
    for text in parts.load():
        done.setdefault(text.window, text)
    total = sum(window.seconds for window in windows) or 1.0
    left = [index for index in range(len(windows)) if index not in done]
    size = max(1, batch_size // recognizer.workers)
    running: dict[Future[list[WindowText]], list[int]] = {}
    with ThreadPoolExecutor(recognizer.workers) as pool:
        while left or running:
            on_progress(sum(windows[index].seconds for index in done) / total)
            while left and len(running) < recognizer.workers:
                language = languages[left[0]] if languages else options.language
                batch = [index for index in left if not languages or languages[index] == language][:size]
                left = [index for index in left if index not in batch]
                wanted = replace(options, language=language)
                running[pool.submit(_recognize_batch, pcm, windows, spans, batch, recognizer, wanted)] = batch
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                batch = running.pop(future)
                try:
                    texts = future.result()
                except (RuntimeError, MemoryError) as error:
                    if not is_out_of_memory(error):
                        raise
                    if len(batch) == 1:
                        raise OutOfMemory() from error
                    size, left = max(1, len(batch) // 2), sorted([*left, *batch])
                    continue
                parts.save(batch[0], texts)
                done.update({text.window: text for text in texts})
    on_progress(1.0)
    return tuple(done[index] for index in sorted(done))


def _recognize_batch(
    pcm: Samples,
    windows: Sequence[TimeSpan],
    spans: Sequence[TimeSpan],
    batch: Sequence[int],
    recognizer: Recognizer,
    options: TranscribeOptions,
) -> list[WindowText]:
    plain = replace(options, terms=())
    heard = recognizer.decode_batch(pcm, [windows[index] for index in batch], plain)
    finder = HintFinder(options.terms)
    texts = []
    for index, first in zip(batch, heard, strict=True):
        speech = _speech_within(windows[index], spans)
        seconds = sum(span.seconds for span in speech)
        sifted = drop_invented(first)
        phrases, fault = sifted.phrases, find_fault(sifted.phrases, seconds, options)
        if hints := finder.choose(phrases):
            hinted = drop_invented(
                recognizer.decode_batch(pcm, [windows[index]], replace(options, terms=hints))[0]
            ).phrases
            if finder.gains(phrases, hinted, hints) and not find_fault(hinted, seconds, options):
                phrases, fault = hinted, None
        if fault or sifted.has_dropped:
            again = drop_invented(recognizer.decode_alone(pcm, windows[index], options))
            fault_again = find_fault(again.phrases, seconds, options)
            if (again.phrases and fault_again is None) or _confidence(again.phrases) > _confidence(phrases):
                phrases, fault = again.phrases, fault_again
        text = WindowText(index, (), span=(windows[index].start, windows[index].end), language=options.language)
        if sifted.has_dropped and not phrases and speech:  # both times there was nothing but invented words
            texts.append(replace(text, silent=((speech[0].start, speech[-1].end),)))
            continue
        if fault == "repetition":  # what is cut is heard again by itself
            phrases = tuple(cut_loops(phrase) for phrase in phrases)
            fault = find_fault(phrases, seconds, options)
        found = hear_missed(pcm, speech, phrases, recognizer, options)
        missed = tuple((span.start, span.end) for span in found.missed)
        failed = fault if fault != "no_words" or missed else None
        texts.append(replace(text, phrases=found.phrases, failed=failed, missed=missed))
    return texts


def _speech_within(window: TimeSpan, spans: Iterable[TimeSpan]) -> list[TimeSpan]:
    cut = (TimeSpan(max(window.start, span.start), min(window.end, span.end)) for span in spans)
    return [span for span in cut if span.seconds > 0]


def _confidence(phrases: Sequence[Phrase]) -> float:
    """Mean log-probability weighted by words; no words is the worst."""
    words = sum(len(phrase.words) for phrase in phrases)
    if not words:
        return float("-inf")
    return sum(phrase.avg_logprob * len(phrase.words) for phrase in phrases) / words
