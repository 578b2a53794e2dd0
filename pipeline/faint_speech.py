"""Warns of speech that is so faint that its words are likely to be wrong."""

from __future__ import annotations

from pipeline.decode.audio_info import AudioInfo
from pipeline.recap import Notice

COARSE_CODECS = ("pcm_u8", "pcm_s8")  # 8 bits: their steps are as loud as noise of -53 dBFS,
COARSE_DBFS = -38.0  # and speech below this is changed beyond recognition
_HINT = "Expect wrong words. Next time, put the microphone nearer or raise its level."


def faint_speech(info: AudioInfo) -> Notice | None:
    """The warning for a recording in which speech was detected but is faint; None if it is loud enough."""
    level, gain = info.loudness.speech_dbfs, info.loudness.gain_db
    if level is None:
        message = "The speech in this recording is hardly louder than the noise."
    elif info.codec in COARSE_CODECS and level < COARSE_DBFS:
        message = f"The speech in this recording is too quiet for 8 bits a sample ({level:.0f} dBFS)."
    elif gain:
        message = f"The speech in this recording is very quiet ({level:.0f} dBFS). It was amplified by {gain:.0f} dB."
    else:
        return None
    return Notice("faint_speech", message, _HINT)
