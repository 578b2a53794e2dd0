"""Decodes the sound tracks of an upload, each by a child process of its own to a file of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.decode.audio_info import AudioInfo, read_info
from pipeline.decode.child import run_child
from pipeline.decode.files import open_pending
from pipeline.decode.limits import DecodeLimits
from pipeline.decode.refusals import REFUSALS
from pipeline.errors import NoAudio, PipelineError, RecordingTooShort, UnsupportedMedia
from pipeline.tracks import MOST_TRACKS, SoundTrack, TrackUse


@dataclass(frozen=True, slots=True)
class SampleFile:
    """An open file for samples and its path."""

    descriptor: int
    path: Path


@dataclass(frozen=True, slots=True)
class DecodedTrack:
    """A sound track, by its number from 1 on, and its samples on disk."""

    number: int
    info: AudioInfo
    file: SampleFile
    is_contrasted: bool = False  # whether its channels may carry different people


class TrackFiles:
    """The sound tracks of one upload. Their files lie beside `target` and are removed on exit.

    `listed` is what the file has, once one of them was decoded. `on_progress` gets the finished share, 0 to 1.
    """

    def __init__(self, upload: int, target: Path, limits: DecodeLimits, on_progress: Callable[[float], None]) -> None:
        self.upload, self.target, self.limits, self.on_progress = upload, target, limits, on_progress
        self.size = os.fstat(upload).st_size
        self.listed: list[SoundTrack] = []
        self.done, self.count, self.share = 0, 1, 0.0
        self.stack = ExitStack()

    def __enter__(self) -> TrackFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def new_file(self) -> SampleFile:
        """An empty file for samples. Raises StorageFull, InternalError."""
        descriptor, path = open_pending(self.target)
        self.stack.callback(path.unlink, missing_ok=True)
        self.stack.callback(os.close, descriptor)
        return SampleFile(descriptor, path)

    def decode(self, number: int | None) -> DecodedTrack:
        """Decode one track; None: the main one. Raises the errors of `pipeline.audio.decode`."""
        file = self.new_file()
        result = run_child(
            self.upload, file.descriptor, self.size, self.limits, self._report, track=number, on_tracks=self._list
        )
        self.done += 1
        info = read_info(result, os.fstat(file.descriptor).st_size)
        decoded = result.get("track") if number is None else number
        if not isinstance(decoded, int) or not 1 <= decoded <= max(1, len(self.listed)):
            raise REFUSALS["crash"]()
        return DecodedTrack(decoded, info, file, result.get("is_contrasted") is True)

    def decode_apart(self, track: DecodedTrack) -> SampleFile | None:
        """Decode a track once more with its channels kept apart, see `SampleWriter`; None where that cannot be."""
        file, width = self.new_file(), track.info.channels
        try:
            result = run_child(
                self.upload, file.descriptor, self.size, self.limits, self._report, track=track.number, width=width
            )
            info = read_info(result, os.fstat(file.descriptor).st_size, width)
        except (UnsupportedMedia, NoAudio):  # another number of channels from some moment on
            return None
        return file if info.duration_seconds == track.info.duration_seconds else None

    def decode_all(self) -> list[DecodedTrack]:
        """Decode the main track, then the others that can be read. Raises the main one's error if none can be."""
        decoded: list[DecodedTrack] = []
        refused: PipelineError | None = None
        try:
            decoded.append(self.decode(None))
        except (UnsupportedMedia, NoAudio, RecordingTooShort) as error:
            refused = error
            if len(self.listed) < 2:
                raise
        for track in self.listed:
            is_done = any(track.number == each.number for each in decoded)
            if track.use is TrackUse.USED and not is_done and len(decoded) < MOST_TRACKS:
                self._try(track, decoded)
        if refused and not decoded:
            raise refused
        self.share = 1.0
        return sorted(decoded, key=lambda each: each.number)

    def _try(self, track: SoundTrack, decoded: list[DecodedTrack]) -> None:
        """Decode another track, or note why it cannot be."""
        try:
            decoded.append(self.decode(track.number))
        except (NoAudio, RecordingTooShort):
            self.note(track.number, TrackUse.NO_SPEECH)
        except UnsupportedMedia:
            self.note(track.number, TrackUse.UNREADABLE)

    def note(self, number: int, use: TrackUse) -> None:
        """Note what a track was used for."""
        self.listed[number - 1] = SoundTrack(number, self.listed[number - 1].codec, use)

    def checkpoint(self) -> None:
        """Report that the work goes on; may raise to stop it."""
        self.on_progress(self.share)

    def _report(self, share: float) -> None:
        self.share = max(self.share, min(1.0, (self.done + share) / self.count))
        self.on_progress(self.share)

    def _list(self, tracks: list[Any]) -> None:
        if self.listed:  # of a recording that is joined to the first one
            return
        self.listed = [_read_track(number, track) for number, track in enumerate(tracks, 1)]
        self.count = max(1, min(MOST_TRACKS, sum(track.use is TrackUse.USED for track in self.listed)))


def _read_track(number: int, track: object) -> SoundTrack:
    """A track as a child lists it. Raises UnsupportedMedia if the child is broken."""
    match track:
        case {"codec": str() | None as codec, "is_readable": bool() as is_readable}:
            if codec is None or re.fullmatch(r"[a-z0-9_.]{1,32}", codec):
                return SoundTrack(number, codec, TrackUse.USED if is_readable else TrackUse.UNREADABLE)
    raise REFUSALS["crash"]()
