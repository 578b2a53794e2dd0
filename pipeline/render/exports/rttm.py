"""RTTM: who speaks when, one turn a line, as tools for diarization read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from pipeline.recap import Recap, Segment, SpeakerTurn
from pipeline.render.exports.text import clean
from pipeline.render.exports.voices import name_voices


def write_rttm(recap: Recap, stream: BinaryIO) -> None:
    """Write the turns of all speakers; fields are parted by spaces, so names have "_" instead.

    Format: appendix A of the evaluation plan of NIST's Rich Transcription 2009.
    """
    names = {speaker: _join(name) for speaker, name in name_voices(recap).items()}
    recording = _join(clean(recap.id)) or "recording"
    turns: Sequence[SpeakerTurn | Segment] = recap.transcript.turns or recap.transcript.segments
    for turn in sorted(turns, key=lambda one: one.start):
        times = f"{turn.start:.3f} {max(0.0, turn.end - turn.start):.3f}"
        stream.write(f"SPEAKER {recording} 1 {times} <NA> <NA> {names[turn.speaker]} <NA> <NA>\n".encode())


def _join(name: str) -> str:
    return "_".join(name.split())
