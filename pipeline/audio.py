"""Decodes uploads: any container in, 16 kHz samples on disk out. Nothing else opens an upload.

Uploads are untrusted. A text file named .mp3 can be a playlist that reads the server's own files, a small file can hold
days of audio, a damaged one can crash a decoder. So each file is read by a child process (`pipeline.decode`) with a
list of allowed containers and codecs, without the right to open anything else, and with limits on memory, time and
decoded seconds. The other stages get arrays, never the upload.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.channels.keep import keep_apart
from pipeline.decode.audio_info import AudioInfo
from pipeline.decode.files import fsync_folder, open_upload, storage_errors
from pipeline.decode.limits import DecodeLimits
from pipeline.decode.track_files import DecodedTrack, SampleFile, TrackFiles
from pipeline.levelling import level
from pipeline.samples import SAMPLE_BYTES, SAMPLE_RATE, SAMPLE_TYPE, StoredSamples
from pipeline.track_mix import HeardTrack, choose_tracks, hear_track, mix_tracks
from pipeline.tracks import TrackUse

__all__ = ["AudioInfo", "decode"]


def decode(
    source: Path,
    target: Path,
    limits: DecodeLimits,
    *,
    track: int | None = None,
    channels: str | None = None,
    apart: Path | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> AudioInfo:
    """Decode the sound of `source`, streaming, to raw 16 kHz mono float16 little endian at `target`.

    Of several sound tracks all that have speech of their own are mixed, unless `track` names one by its number, from 1
    on. Very quiet speech is amplified. Where channels or tracks carry a person each, or `channels` asks for it (one of
    `pipeline.separate_channels.Channels`), their samples are written to `apart` as well, as a
    `pipeline.channels.line.Line`. `on_progress` is called at least every half second while the file is read, with
    the finished share, 0 to 1, which never falls. If it raises, the work stops and the exception propagates. `target`
    appears complete or not at all.

    Raises UnsupportedMedia, NoAudio, TooLong, TooShort, StorageFull; InternalError when the child cannot start or
    a file cannot be opened.
    """
    report = on_progress or (lambda fraction: None)
    with open_upload(source) as upload, TrackFiles(upload, target, limits, report) as files:
        found = files.decode_all() if track is None else [files.decode(track)]
        decoded = [_level(files, each) for each in found]
        _note_others(files, decoded)
        heard = [hear_track(StoredSamples(each.file.path), files.checkpoint) for each in decoded if len(decoded) > 1]
        info, file = _combine(files, decoded, heard) if heard else (decoded[0].info, decoded[0].file)
        kept = keep_apart(files, decoded, heard, channels) if apart is not None else None
        info = replace(
            info,
            tracks=tuple(files.listed) if len(files.listed) > 1 else (),
            separate=kept.separate if kept is not None else None,
        )
        if kept is not None and apart is not None:
            _put(kept.file, apart)
        _put(file, target)
        return info


def _put(file: SampleFile, target: Path) -> None:
    """Give a file its place, in a way that a power cut does not undo."""
    with storage_errors():
        os.fsync(file.descriptor)
        os.replace(file.path, target)
        fsync_folder(target.parent)


def _level(files: TrackFiles, track: DecodedTrack) -> DecodedTrack:
    with storage_errors():
        loudness = level(track.file.path, files.checkpoint)
    return replace(track, info=replace(track.info, loudness=loudness))


def _note_others(files: TrackFiles, decoded: list[DecodedTrack]) -> None:
    """Note the tracks that could be read but were not: another one was asked for, or there are too many."""
    for listed in files.listed:
        if listed.use is TrackUse.USED and all(listed.number != each.number for each in decoded):
            files.note(listed.number, TrackUse.NOT_CHOSEN)


def _combine(files: TrackFiles, decoded: list[DecodedTrack], heard: list[HeardTrack]) -> tuple[AudioInfo, SampleFile]:
    """The tracks that have speech of their own in one file, as long as the longest of all."""
    chosen = choose_tracks(heard)
    for index, track in enumerate(decoded):
        if index not in chosen:
            files.note(track.number, TrackUse.SAME if heard[index].speech_seconds else TrackUse.NO_SPEECH)
    if not chosen:
        chosen = [0]
        files.note(decoded[0].number, TrackUse.USED)
    length = max(len(each.samples) for each in heard)
    info, file = decoded[chosen[0]].info, decoded[chosen[0]].file
    with storage_errors():
        if len(chosen) == 1:
            os.truncate(file.path, length * SAMPLE_BYTES)
        else:
            file = files.new_file()
            with open(file.descriptor, "wb", closefd=False) as output:
                for block in mix_tracks([heard[index] for index in chosen], length, files.checkpoint):
                    output.write(block.astype(SAMPLE_TYPE).tobytes())
    quietest = max((decoded[index].info.loudness for index in chosen), key=lambda loudness: loudness.gain_db)
    truncated = any(decoded[index].info.truncated for index in chosen)
    return replace(info, duration_seconds=length / SAMPLE_RATE, truncated=truncated, loudness=quietest), file
