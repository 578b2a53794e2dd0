"""Subtitles as SubRip (.srt) and WebVTT (.vtt)."""

from __future__ import annotations

from html import escape
from typing import BinaryIO

from pipeline.reading.draft import DRAFT, is_draft
from pipeline.recap import Recap
from pipeline.render.exports.cues import list_cues

#: SubRip knows no escapes: these signs, which players take for tags, become others that look alike.
_SRT_SIGNS = str.maketrans("<>{}", "‹›()")


def write_srt(recap: Recap, stream: BinaryIO) -> None:
    """Write SubRip; a voice that begins is named in the text."""
    for number, cue in enumerate(list_cues(recap, labels=True), 1):
        text = "\n".join(cue.lines).translate(_SRT_SIGNS)
        stream.write(f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{text}\n\n".encode())


def write_vtt(recap: Recap, stream: BinaryIO) -> None:
    """Write WebVTT (https://www.w3.org/TR/webvtt1/), with a voice tag in each cue whose speaker is known."""
    stream.write(b"WEBVTT\n\n")
    if is_draft(recap):
        stream.write(f"NOTE {DRAFT}\n\n".encode())
    for cue in list_cues(recap):
        text = escape("\n".join(cue.lines), quote=False)
        if cue.name:
            apart = " " if cue.name.endswith("--") else ""  # no arrow, which would begin another cue
            text = f"<v {escape(cue.name, quote=False)}{apart}>{text}</v>"
        stream.write(f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{text}\n\n".encode())


def _clock(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{point}{thousandths:03d}"
