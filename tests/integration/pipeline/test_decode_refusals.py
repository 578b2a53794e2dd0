"""Which uploads are refused, and with which error."""

from __future__ import annotations

import os
import time
from pathlib import Path

import av
import numpy as np
import pytest
from support import media
from support.decoding import TEXT, refused

from pipeline.audio import decode
from pipeline.decode.limits import DecodeLimits
from pipeline.errors import (
    InternalError,
    NoAudio,
    PipelineError,
    RecordingTooLong,
    RecordingTooShort,
    UnsupportedMedia,
)
from pipeline.samples import SAMPLE_RATE, StoredSamples

pytestmark = pytest.mark.usefixtures("ignore_other_children")


def test_an_mp4_without_its_index_is_refused_as_cut_off(tmp_path: Path) -> None:
    whole = media.write(tmp_path / "whole.mp4", "mp4", 5.0).read_bytes()
    assert "cut off" in refused(tmp_path, media.without_index(whole), UnsupportedMedia)


def test_an_mp4_with_half_its_index_is_refused_as_cut_off(tmp_path: Path) -> None:
    whole = media.write(tmp_path / "whole.mp4", "mp4", 5.0).read_bytes()
    assert "cut off" in refused(tmp_path, whole[: whole.index(b"moov") + 300], UnsupportedMedia)


def test_an_empty_file_is_refused_as_empty(tmp_path: Path) -> None:
    assert refused(tmp_path, b"", UnsupportedMedia) == "The file is empty."


@pytest.mark.parametrize("content", [TEXT, "Protokoll der Sitzung, völlig ohne Ton\n".encode() * 100, b"\0" * 100_000])
def test_what_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    refused(tmp_path, content, UnsupportedMedia)


def test_noise_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, np.random.default_rng(0).bytes(1_000_000), UnsupportedMedia)


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{url}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{url}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile neighbour.wav\n",
        "ffconcat version 1.0\nfile '{url}'\n",
    ],
)
@pytest.mark.parametrize("name", ["evil.mp3", "evil.m3u8"])
def test_a_playlist_renamed_mp3_never_reads_its_neighbour(
    playlist: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour, source = tmp_path / "neighbour.wav", tmp_path / name
    neighbour.write_bytes(media.wav(media.tone(1, 16000)))
    source.write_text(playlist.format(url=neighbour))
    monkeypatch.chdir(tmp_path)
    os.utime(neighbour, (1, 1e9))  # a time of access before that of the last change is renewed by any read
    refused(tmp_path, source, UnsupportedMedia)
    assert neighbour.stat().st_atime == 1


def test_the_payload_of_the_playlist_test_is_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An opener without the lists does read the neighbour: the test above can fail."""
    (tmp_path / "neighbour.wav").write_bytes(media.wav(media.tone(1, 16000)))
    (tmp_path / "evil.mp3").write_text("ffconcat version 1.0\nfile neighbour.wav\n")
    monkeypatch.chdir(tmp_path)
    with av.open("evil.mp3") as container:
        assert container.streams.audio[0].sample_rate == 16000


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, media.write(tmp_path / "mute.mp4", "mp4", picture=True, sound=False), NoAudio)


def test_a_track_without_a_sample_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, media.wav(media.tone(0, 16000)), NoAudio)


def test_a_twentieth_of_a_second_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, media.wav(media.tone(0.05, 16000)), RecordingTooShort)


def test_thirty_hours_in_a_small_file_are_refused_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    refused(tmp_path, media.endless_opus(30), RecordingTooLong)
    assert time.monotonic() - started < 10


def test_a_file_that_lies_about_its_length_is_stopped_at_the_limit(tmp_path: Path) -> None:
    refused(tmp_path, media.endless_opus(30, claimed_seconds=60), RecordingTooLong, DecodeLimits(max_seconds=120))


def test_the_limit_itself_is_allowed_and_a_little_more_is_not(tmp_path: Path) -> None:
    source = tmp_path / "x.wav"
    source.write_bytes(media.wav(media.tone(3, 16000)))
    assert decode(source, tmp_path / "pcm", DecodeLimits(max_seconds=3)).duration_seconds == 3.0
    refused(tmp_path, source, RecordingTooLong, DecodeLimits(max_seconds=2.999))


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path, tmp_path / "pipe", UnsupportedMedia)


def test_a_missing_file_is_an_internal_error(tmp_path: Path) -> None:
    refused(tmp_path, tmp_path / "gone.wav", InternalError)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_limit_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="max_seconds"):
        DecodeLimits(max_seconds=seconds)


@pytest.mark.parametrize("seed", range(40))
def test_a_mutated_recording_is_decoded_or_refused_with_a_code(seed: int, tmp_path: Path) -> None:
    kinds = list(media.KINDS)
    whole = media.write(tmp_path / "whole", kinds[seed % len(kinds)]).read_bytes()
    (tmp_path / "hurt").write_bytes(media.mutate(whole, seed))
    try:
        info = decode(tmp_path / "hurt", tmp_path / "pcm", DecodeLimits(max_seconds=60))
    except PipelineError as error:
        assert error.code in ("unsupported_media", "no_audio", "too_long", "too_short")
        assert not (tmp_path / "pcm").exists()
    else:
        assert len(StoredSamples(tmp_path / "pcm")[:]) == round(info.duration_seconds * SAMPLE_RATE)
