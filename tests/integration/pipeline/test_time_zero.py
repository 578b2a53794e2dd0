"""Times are those that a player shows: its clock starts at the first picture or sound of the file."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
import pytest
from support import media, tracks
from support.decoding import LIMITS

from pipeline.audio import decode
from pipeline.samples import SAMPLE_RATE, StoredSamples

CONTAINERS = [
    ("matroska", "libx264", "aac"),
    ("matroska", "mpeg4", "aac"),
    ("mp4", "libx264", "aac"),
    ("mov", "libx264", "aac"),
    ("3gp", "mpeg4", "aac"),
    ("webm", "libvpx", "libopus"),
    ("mpegts", "libx264", "aac"),
    ("mpegts", "mpeg2video", "mp2"),
    ("vob", "mpeg2video", "ac3"),
    ("flv", "libx264", "aac"),
    ("asf", "mpeg4", "wmav2"),
]


def onset(source: Path, tmp_path: Path) -> float:
    """When the tone begins, in seconds."""
    decode(source, tmp_path / "pcm", LIMITS)
    return float(np.flatnonzero(np.abs(StoredSamples(tmp_path / "pcm")[:]) > 0.1)[0]) / SAMPLE_RATE


@pytest.mark.parametrize(("muxer", "video", "audio"), CONTAINERS)
@pytest.mark.parametrize(("picture_at", "sound_at", "heard_at"), [(0, 1.5, 1.5), (1.5, 0, 0), (10, 11, 1), (0, 0, 0)])
def test_the_sound_begins_when_a_player_plays_it(
    muxer: str, video: str, audio: str, picture_at: float, sound_at: float, heard_at: float, tmp_path: Path
) -> None:
    source = tracks.shifted(tmp_path / "x", muxer, video, audio, picture_at=picture_at, sound_at=sound_at)
    assert onset(source, tmp_path) == pytest.approx(heard_at, abs=0.06)


@pytest.mark.parametrize("muxer", ["mp4", "mov"])
def test_pictures_before_the_beginning_of_an_mp4_are_not_shown_and_do_not_count(muxer: str, tmp_path: Path) -> None:
    source = tracks.shifted(tmp_path / "x", muxer, "libx264", "aac", picture_at=-1, sound_at=0)
    assert onset(source, tmp_path) == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("muxer", ["matroska", "webm", "mpegts"])
def test_a_picture_a_second_before_the_sound_delays_it(muxer: str, tmp_path: Path) -> None:
    video, audio = ("libvpx", "libopus") if muxer == "webm" else ("libx264", "aac")
    source = tracks.shifted(tmp_path / "x", muxer, video, audio, picture_at=-1, sound_at=0)
    assert onset(source, tmp_path) == pytest.approx(1, abs=0.06)


def test_an_edit_list_that_skips_the_beginning_is_obeyed(tmp_path: Path) -> None:
    whole = bytearray(media.write(tmp_path / "x.m4a", "m4a", 5.0).read_bytes())
    at = whole.index(b"elst") + 12  # version and flags, number of edits; then its duration and the time it begins at
    duration, begin = struct.unpack_from(">Ii", whole, at)
    struct.pack_into(">Ii", whole, at, duration - 2000, begin + 2 * 44100)
    (tmp_path / "edited.m4a").write_bytes(whole)
    info = decode(tmp_path / "edited.m4a", tmp_path / "pcm", LIMITS)
    assert info.duration_seconds == pytest.approx(3.0, abs=0.1)
    assert not info.truncated


@pytest.mark.parametrize("kind", ["m4a", "mp4", "mov"])
@pytest.mark.parametrize("picture", [False, True], ids=["sound alone", "beside a picture"])
def test_an_edit_of_length_zero_means_all_that_follows(kind: str, picture: bool, tmp_path: Path) -> None:
    source = media.write(tmp_path / "x", kind, 5.0, picture=picture)
    whole = bytearray(source.read_bytes())
    for found in re.finditer(b"elst", whole):
        struct.pack_into(">I", whole, found.start() + 12, 0)
    source.write_bytes(whole)
    info = decode(source, tmp_path / "pcm", LIMITS)
    assert info.duration_seconds == pytest.approx(5.0, abs=0.05)
    assert not info.truncated
    assert onset(source, tmp_path) == pytest.approx(0, abs=0.06)


def test_a_cover_picture_is_no_beginning(tmp_path: Path) -> None:
    source = tracks.with_track(tmp_path / "x", "mp4", "aac", tracks.cover, is_first=True)
    assert onset(source, tmp_path) == pytest.approx(0, abs=0.06)


def test_a_gap_is_believed_after_a_length_that_was_too_short(tmp_path: Path) -> None:
    source = media.with_gap(tmp_path / "x.mkv", 1.0, 3.0, 1.0)
    whole = bytearray(source.read_bytes())
    at = whole.index(b"\x44\x89\x88") + 3  # the duration in Matroska's header, RFC 9559 section 5.1.2.10
    struct.pack_into(">d", whole, at, 10.0)  # milliseconds
    source.write_bytes(whole.replace(b"DURATION", b"DURATIOX"))
    info = decode(source, tmp_path / "pcm", LIMITS)
    assert info.duration_seconds == pytest.approx(5.0, abs=0.01)
