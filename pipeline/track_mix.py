"""Decides which sound tracks of a file are heard, and mixes them to one.

Recorders of calls write the microphone and the others on tracks of their own: both are needed. A track that has what
another one has (a second mix, a copy in mono) would only double it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.loudness import SPEECH_BAND_HERTZ, Frames, find_speech
from pipeline.samples import SAMPLE_RATE, Samples
from pipeline.voice_activity import TimeSpan

WINDOW = 2 * SAMPLE_RATE  # samples that are compared at once
MOST_LAG = SAMPLE_RATE // 4  # samples by which a copy may be late or early
MOST_WINDOWS = 100  # of a track, evenly spread over its speech
SAME = 0.6  # the median correlation from which on a track's speech is in another one
FAINT_DB = 20.0  # a copy that much below the other speech of a track does not count
RARE = 0.2  # a share of the track
LOUDEST_DBFS = -18.0  # no track is made louder than this
MARGIN_SECONDS = 0.3  # around speech; elsewhere a track is turned down, so that its noise hides no other voice
FADE_SECONDS = 0.1
TURNED_DOWN = 0.1
BLOCK = 30 * SAMPLE_RATE  # samples mixed at once


@dataclass(frozen=True, slots=True)
class HeardTrack:
    """A track's samples, where someone speaks in them, and how loud (dBFS); None where nobody does."""

    samples: Samples
    spans: tuple[TimeSpan, ...]
    speech_dbfs: float | None

    @property
    def speech_seconds(self) -> float:
        return sum(span.seconds for span in self.spans) if self.speech_dbfs is not None else 0.0


def hear_track(samples: Samples, on_progress: Callable[[], None]) -> HeardTrack:
    """Find the speech of a track; a little of it in sound that is as loud is none, but music or noise."""
    spans = find_speech(samples, 0.0, on_progress)
    frames = Frames(samples, on_progress)
    heard = HeardTrack(samples, spans, frames.loudness(spans) if spans else None)
    other_sound = frames.loudness(_between(spans, len(samples) / SAMPLE_RATE))
    if heard.speech_dbfs is None or other_sound is None:
        return heard
    is_rare = heard.speech_seconds < RARE * len(samples) / SAMPLE_RATE
    return replace(heard, spans=(), speech_dbfs=None) if is_rare and other_sound > heard.speech_dbfs - 3 else heard


def _between(spans: Sequence[TimeSpan], end: float) -> list[TimeSpan]:
    """The stretches before, between and after spans."""
    starts, ends = [0.0, *(span.end for span in spans)], [*(span.start for span in spans), end]
    return [TimeSpan(start, stop) for start, stop in zip(starts, ends, strict=True) if stop > start]


def choose_tracks(tracks: Sequence[HeardTrack]) -> list[int]:
    """The indexes of the tracks that are needed to hear all speech; none if there is no speech.

    Those with most speech come first, so that a mix of others makes these unnecessary.
    """
    chosen: list[int] = []
    for index in sorted(range(len(tracks)), key=lambda index: -round(tracks[index].speech_seconds, 0)):
        track = tracks[index]
        if track.speech_seconds and not any(is_within(track, tracks[other]) for other in chosen):
            chosen.append(index)
    return sorted(chosen)


def is_within(track: HeardTrack, other: HeardTrack) -> bool:
    """Whether what is said on a track can be heard on the other one, too."""
    starts = [
        start
        for span in track.spans
        for start in range(int(span.start * SAMPLE_RATE), int(span.end * SAMPLE_RATE) - WINDOW // 4, WINDOW)
    ]
    starts = starts[:: -(-len(starts) // MOST_WINDOWS) or 1]
    likeness = [_likeness(track, other, start) for start in starts]
    return bool(likeness) and float(np.median(likeness)) >= SAME


def _likeness(track: HeardTrack, other: HeardTrack, start: int) -> float:
    """The largest correlation of a window of a track with the other one at about the same time."""
    begin = max(0, start - MOST_LAG)
    one, two = track.samples[start : start + WINDOW], other.samples[begin : start + WINDOW + MOST_LAG]
    size = WINDOW + 4 * MOST_LAG
    spectra = [np.fft.rfft(each, size) for each in (one, two)]
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    low, high = SPEECH_BAND_HERTZ
    for spectrum in spectra:
        spectrum[(hertz < low) | (hertz > high)] = 0
    first, second = (np.fft.irfft(spectrum, size) for spectrum in spectra)
    energy = float(np.square(second).sum())
    level = 10 * np.log10(energy / max(len(two), 1) + 1e-12)
    if level < (other.speech_dbfs or 0.0) - FAINT_DB:
        return 0.0
    product = np.fft.irfft(spectra[1] * spectra[0].conj(), size)[: max(1, len(two) - len(one) + 1)]
    at = int(np.argmax(np.abs(product)))
    here = second[at : at + len(one)]
    return float(abs(product[at]) / (np.sqrt(np.square(first).sum() * np.square(here).sum()) + 1e-12))


def mix_tracks(
    tracks: Sequence[HeardTrack], length: int, on_progress: Callable[[], None]
) -> Iterable[NDArray[np.float32]]:
    """Mix tracks to `length` samples, block by block, with gains that make the speech on each equally loud."""
    levels = [track.speech_dbfs if track.speech_dbfs is not None else LOUDEST_DBFS for track in tracks]
    target = min(LOUDEST_DBFS, max(levels))
    gains = [10 ** ((target - level) / 20) for level in levels]
    for start in range(0, length, BLOCK):
        mixed = np.zeros(min(BLOCK, length - start), dtype=np.float32)
        for track, gain in zip(tracks, gains, strict=True):
            part = track.samples[start : start + BLOCK]
            mixed[: len(part)] += part * np.float32(gain) * _openness(track, start, len(part))
        on_progress()
        yield np.clip(mixed, -1.0, 1.0)


def _openness(track: HeardTrack, start: int, count: int) -> NDArray[np.float32]:
    """How far a track is turned up in a block, sample by sample: fully where someone speaks."""
    first, last = start / SAMPLE_RATE - 1, (start + count) / SAMPLE_RATE + 1
    points: list[tuple[float, float]] = [(-1.0, TURNED_DOWN)]
    for span in track.spans:
        if span.end + 1 < first or span.start - 1 > last:
            continue
        begin, end = span.start - MARGIN_SECONDS, span.end + MARGIN_SECONDS
        if points[-1][0] >= begin - FADE_SECONDS:
            points[-2:] = [(end, 1.0), (end + FADE_SECONDS, TURNED_DOWN)]
        else:
            points += [(begin - FADE_SECONDS, TURNED_DOWN), (begin, 1.0), (end, 1.0), (end + FADE_SECONDS, TURNED_DOWN)]
    times, values = zip(*points, strict=True)
    return np.asarray(np.interp(np.arange(start, start + count) / SAMPLE_RATE, times, values), dtype=np.float32)
