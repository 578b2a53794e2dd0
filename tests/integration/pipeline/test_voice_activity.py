from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio import decode
from pipeline.decode.limits import DecodeLimits
from pipeline.samples import SAMPLE_RATE, StoredSamples
from pipeline.voice_activity import TimeSpan, VoiceActivityOptions, detect_voice_activity, pack_windows

SAMPLES = Path(__file__).resolve().parents[3] / "audio_samples"


def ignore(fraction: float) -> None:
    assert 0 <= fraction <= 1


@given(
    st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.05, 25.0)), max_size=40),
    st.sampled_from([10.0, 30.0]),
)
def test_windows_hold_all_speech_in_order_and_never_get_too_long(
    gaps: list[tuple[float, float]], longest: float
) -> None:
    spans, at = [], 0.0
    for gap, length in gaps:
        spans.append(TimeSpan(at + gap, at + gap + length))
        at = spans[-1].end
    windows = pack_windows(spans, longest)
    assert all(window.seconds <= longest + 1e-6 for window in windows)
    assert all(a.end <= b.start + 1e-6 for a, b in itertools.pairwise(windows))
    for span in spans:
        inside = sum(max(0.0, min(span.end, w.end) - max(span.start, w.start)) for w in windows)
        assert inside == pytest.approx(span.seconds, abs=1e-6)


def test_a_full_window_ends_at_the_next_pause() -> None:
    spans = [TimeSpan(0.0, 9.0), TimeSpan(9.2, 12.0), TimeSpan(13.0, 15.0), TimeSpan(16.0, 18.0)]
    assert pack_windows(spans, 30.0) == [TimeSpan(0.0, 12.0), TimeSpan(13.0, 18.0)]
    assert pack_windows(spans, 30.0, at_pauses=False) == [TimeSpan(0.0, 18.0)]


@pytest.fixture(scope="module")
def standup(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    target = tmp_path_factory.mktemp("pcm") / "standup.f16"
    decode(SAMPLES / "standup.wav", target, DecodeLimits(600))
    return StoredSamples(target)[:]


def test_speech_is_detected_where_someone_speaks(standup: np.ndarray) -> None:
    silence = np.zeros(20 * SAMPLE_RATE, dtype=np.float32)
    speech = detect_voice_activity(np.concatenate([silence, standup, silence]), VoiceActivityOptions(10.0), ignore)
    assert speech.spans[0].start == pytest.approx(20.5, abs=0.6)
    assert speech.spans[-1].end == pytest.approx(79, abs=1.0)
    assert 45 < speech.speech_seconds < 59


def test_blocks_change_little_and_cut_no_speech(standup: np.ndarray) -> None:
    whole = detect_voice_activity(standup, VoiceActivityOptions(10.0, block_seconds=600), ignore)
    blocks = detect_voice_activity(standup, VoiceActivityOptions(10.0, block_seconds=15), ignore)
    assert blocks.speech_seconds == pytest.approx(whole.speech_seconds, rel=0.02)
    assert all(a.end <= b.start for a, b in zip(blocks.spans, blocks.spans[1:], strict=False))


def test_silence_has_no_speech() -> None:
    speech = detect_voice_activity(np.zeros(30 * SAMPLE_RATE, dtype=np.float32), VoiceActivityOptions(10.0), ignore)
    assert speech.spans == speech.windows == ()


def test_what_progress_raises_stops_the_work(standup: np.ndarray) -> None:
    def stop(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        detect_voice_activity(standup, VoiceActivityOptions(10.0), stop)
