"""Voice activity detection: where someone speaks, packed into windows for the recognizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.samples import SAMPLE_RATE, Samples

#: Whisper's encoder takes 30 s; anything longer is cut without a warning.
LONGEST_WINDOW_SECONDS = 30.0
#: A pause as long as this ends a window that has FULL_SECONDS. Measured on joined clips: the decoder jumps over less
#: than in windows as long as can be, and no more is to be computed, since less must be heard again.
PAUSE_SECONDS, FULL_SECONDS = 0.5, 8.0


@dataclass(frozen=True, slots=True)
class VoiceActivityOptions:
    """How speech is detected (by the Silero model of faster-whisper; the silence is its batched mode's) and packed."""

    max_window_seconds: float
    threshold: float = 0.5
    min_silence_ms: int = 160
    block_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A stretch of audio, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class VoiceActivity:
    """Where someone speaks: `spans` as detected, `windows` as packed for the recognizer."""

    spans: tuple[TimeSpan, ...]
    windows: tuple[TimeSpan, ...]

    @property
    def speech_seconds(self) -> float:
        """The total length of the spans."""
        return sum(span.seconds for span in self.spans)


def detect_voice_activity(
    pcm: Samples, options: VoiceActivityOptions, on_progress: Callable[[float], None]
) -> VoiceActivity:
    """Detect speech in 16 kHz mono samples, block by block, and pack it into windows.

    Uses the memory of one block: the detector's peak grows with its input (about 1 GB per hour in one call).
    A block ends where the speech that touches its edge begins, so speech is never cut there. `on_progress` gets 0..1.
    """
    spans: list[TimeSpan] = []
    position, block = 0, int(options.block_seconds * SAMPLE_RATE)
    while position < len(pcm):
        end = min(position + block, len(pcm))
        found = _detect(pcm[position:end], options)
        is_last = end == len(pcm)
        following = end
        if not is_last and found and found[-1][1] >= end - position - SAMPLE_RATE // 10 and found[-1][0] > 0:
            following = position + found[-1][0]
            found.pop()
        spans += [TimeSpan((position + a) / SAMPLE_RATE, (position + b) / SAMPLE_RATE) for a, b in found]
        position = following
        on_progress(position / len(pcm))
    return VoiceActivity(tuple(spans), tuple(pack_windows(spans, options.max_window_seconds)))


def _detect(samples: NDArray[np.float32], options: VoiceActivityOptions) -> list[tuple[int, int]]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    settings = VadOptions(
        threshold=options.threshold,
        min_silence_duration_ms=options.min_silence_ms,
        max_speech_duration_s=options.max_window_seconds,
    )
    found: list[dict[str, Any]] = get_speech_timestamps(samples, settings)
    return [(int(one["start"]), min(int(one["end"]), len(samples))) for one in found]


def pack_windows(spans: Sequence[TimeSpan], max_seconds: float, *, at_pauses: bool = True) -> list[TimeSpan]:
    """Join adjacent spans into windows of at most `max_seconds`; a longer span is cut into equal parts.

    With `at_pauses` a window that is long enough for the recognizer ends at the next pause between sentences.
    """
    windows: list[TimeSpan] = []
    for span in spans:
        ends = at_pauses and bool(windows) and _ends(windows[-1], span)
        if windows and not ends and span.end - windows[-1].start <= max_seconds:
            windows[-1] = TimeSpan(windows[-1].start, span.end)
            continue
        parts = max(1, int(np.ceil(span.seconds / max_seconds - 1e-6)))
        step = span.seconds / parts
        windows += [TimeSpan(span.start + n * step, span.start + (n + 1) * step) for n in range(parts)]
    return windows


def _ends(window: TimeSpan, following: TimeSpan) -> bool:
    return window.seconds >= FULL_SECONDS and following.start - window.end >= PAUSE_SECONDS


def cut(pcm: Samples, span: TimeSpan) -> NDArray[np.float32]:
    """The samples of a span."""
    return np.asarray(pcm[int(span.start * SAMPLE_RATE) : int(span.end * SAMPLE_RATE)], dtype=np.float32)


def cut_out(span: TimeSpan, stretches: Iterable[tuple[float, float]]) -> Iterator[TimeSpan]:
    """What is left of a span without some stretches, which are in order."""
    start = span.start
    for begin, end in stretches:
        if end <= start or begin >= span.end:
            continue
        if begin > start:
            yield TimeSpan(start, begin)
        start = max(start, end)
    if start < span.end:
        yield TimeSpan(start, span.end)
