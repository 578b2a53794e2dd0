from __future__ import annotations

import pytest

from pipeline.decode.audio_info import AudioInfo
from pipeline.faint_speech import faint_speech
from pipeline.loudness import Loudness


@pytest.mark.parametrize(
    ("codec", "loudness", "expected"),
    [
        ("aac", Loudness(-28.0), None),
        ("aac", Loudness(-45.0), None),
        ("aac", Loudness(-70.0, 44.0), "very quiet (-70 dBFS). It was amplified by 44 dB"),
        ("pcm_u8", Loudness(-25.0), None),
        ("pcm_u8", Loudness(-43.0), "too quiet for 8 bits"),
        ("pcm_s16le", Loudness(None), "hardly louder than the noise"),
    ],
)
def test_faint_speech_is_warned_of(codec: str, loudness: Loudness, expected: str | None) -> None:
    notice = faint_speech(AudioInfo(10.0, "wav", codec, 16_000, 1, False, 10.0, False, (), loudness))
    assert (notice is not None) == (expected is not None)
    assert notice is None or expected is None or expected in notice.message
