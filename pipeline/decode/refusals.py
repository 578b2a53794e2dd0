"""Why an upload is refused: the child's one-word reasons as errors for people."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.decode.foreign import recognise
from pipeline.errors import (
    NoAudio,
    PipelineError,
    RecordingTooLong,
    RecordingTooShort,
    StorageFull,
    UnsupportedMedia,
)

_COPY = "Copy it from the recorder and upload it again."
_CONVERT = "Convert it to MP3, M4A, FLAC or WAV and upload it again."
_READABLE = (
    "crash",
    "memory",
    "slow",
    "low_rate",
    "channels",
    "no_track",
    "too_long",
    "too_short",
    "storage_full",
)  # the kind of file is not to blame
REFUSALS: dict[str, Callable[[], PipelineError]] = {
    "unreadable": UnsupportedMedia,
    "empty": lambda: UnsupportedMedia("The file is empty.", _COPY),
    "cut_off": lambda: UnsupportedMedia("The file seems to be cut off: the part needed to read it is missing.", _COPY),
    "codec": lambda: UnsupportedMedia("The audio codec of this file is not supported.", _CONVERT),
    "damaged": lambda: UnsupportedMedia("The audio in this file is damaged and cannot be read.", _COPY),
    "crash": lambda: UnsupportedMedia("The file is damaged: it crashed the decoder.", _CONVERT),
    "memory": lambda: UnsupportedMedia("Reading this file takes more memory than allowed.", _CONVERT),
    "slow": lambda: UnsupportedMedia("Reading this file takes more time than allowed.", _CONVERT),
    "low_rate": lambda: UnsupportedMedia(
        "This recording has fewer than 4,000 samples a second: no speech can be understood in it.",
        "Record at 8,000 Hz or more.",
    ),
    "channels": lambda: UnsupportedMedia(
        "This file has more than 64 channels.", "Mix it down to two and upload it again."
    ),
    "no_audio": NoAudio,
    "no_track": lambda: NoAudio(
        "This file has no sound track of the chosen number.", "Upload it again and choose another sound track, or all."
    ),
    "too_long": RecordingTooLong,
    "too_short": RecordingTooShort,
    "storage_full": StorageFull,
}


def refusal(reason: str, head: bytes, codec: object = None) -> PipelineError:
    """The error for the child's `reason`. It names what the file is, by its first bytes, or the codec if known."""
    kind = None if reason in _READABLE else recognise(head)
    if kind is not None:
        return UnsupportedMedia(kind.message, kind.hint)
    if reason == "codec" and isinstance(codec, str) and re.fullmatch(r"[a-z0-9_.]{1,32}", codec):
        message = f"The audio codec of this file, {codec}, is not supported."
        return UnsupportedMedia(message, "Convert it, for example with `ffmpeg -i recording.mkv recording.flac`.")
    return REFUSALS[reason]()


def cause_of(words: object) -> RuntimeError | None:
    """The cause of an error for the log; None without a message."""
    return RuntimeError(words) if words else None
