"""What a decoded upload sounds like: every container, channel layout and timeline."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support import media
from support.decoding import LIMITS

from pipeline.audio import decode
from pipeline.samples import SAMPLE_BYTES, SAMPLE_RATE, StoredSamples

ROOT = Path(__file__).resolve().parents[3]

SAMPLES = sorted(path for path in (ROOT / "audio_samples").iterdir() if path.suffix not in (".json", ".md"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_meeting_decodes_to_its_length(path: Path, tmp_path: Path) -> None:
    truth = json.loads(path.with_suffix(".json").read_text())["duration_seconds"]
    info = decode(path, tmp_path / "pcm", LIMITS)
    pcm = StoredSamples(tmp_path / "pcm")[:]
    assert info.duration_seconds == pytest.approx(truth, abs=0.2)
    assert info.duration_seconds == len(pcm) / SAMPLE_RATE
    assert not info.truncated
    assert 0.01 < np.abs(pcm[: 30 * SAMPLE_RATE]).max() <= 1.0


@pytest.mark.parametrize("kind", media.KINDS)
def test_every_common_container_decodes_to_the_tone_it_holds(kind: str, tmp_path: Path) -> None:
    info = decode(media.write(tmp_path / f"tone.{kind}", kind), tmp_path / "pcm", LIMITS)
    pcm = StoredSamples(tmp_path / "pcm")[:]
    spectrum = np.abs(np.fft.rfft(pcm[8000:24000]))
    assert info.duration_seconds == pytest.approx(2.0, abs=0.1)
    assert (info.channels, info.has_video, info.truncated) == (1, False, False)
    assert spectrum.argmax() == pytest.approx(440, abs=1)  # one second of samples: a bin is one hertz
    assert np.sqrt(np.square(pcm).mean()) == pytest.approx(0.5 / np.sqrt(2), abs=0.1)


@pytest.mark.parametrize("kind", ["mp4", "mov", "mkv", "webm"])
def test_the_sound_of_a_video_is_taken(kind: str, tmp_path: Path) -> None:
    info = decode(media.write(tmp_path / f"video.{kind}", kind, picture=True), tmp_path / "pcm", LIMITS)
    assert info.has_video
    assert info.duration_seconds == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_wav_that_was_streamed_without_its_size_is_read_to_the_end(size: int, tmp_path: Path) -> None:
    source = tmp_path / "streamed.wav"
    source.write_bytes(media.wav(media.tone(3, 16000), size=size))
    info = decode(source, tmp_path / "pcm", LIMITS)
    assert (info.duration_seconds, info.declared_seconds, info.truncated) == (3.0, None, False)


def test_an_hour_of_silence_is_decoded(tmp_path: Path) -> None:
    info = decode(media.silent_wav(tmp_path / "silence.wav", 3600), tmp_path / "pcm", LIMITS)
    assert info.duration_seconds == 3600.0
    assert not StoredSamples(tmp_path / "pcm")[:].any()


def test_the_file_name_and_its_extension_do_not_matter(tmp_path: Path) -> None:
    source = media.write(tmp_path / "x.flac", "flac").rename(tmp_path / ("会" * 80 + "<script>.txt"))
    assert decode(source, tmp_path / "pcm", LIMITS).container == "flac"


def test_sound_in_opposite_phase_on_both_channels_is_kept(tmp_path: Path) -> None:
    left = media.tone(1, 16000)
    (tmp_path / "x.wav").write_bytes(media.wav(np.concatenate([left, -left])))
    decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    assert np.abs(StoredSamples(tmp_path / "pcm")[:]).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("channels", [2, 3, 6, 8, 40])
def test_any_number_of_channels_is_mixed_without_clipping(channels: int, tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(media.wav(2 * media.tone(1, 16000, channels)))
    info = decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    pcm = StoredSamples(tmp_path / "pcm")[:]
    assert info.channels == channels
    assert np.abs(np.asarray(pcm) - 2 * media.tone(1, 16000)[0]).max() < 0.02


def test_samples_that_are_no_numbers_or_far_too_loud_are_tamed(tmp_path: Path) -> None:
    samples = media.tone(1, 16000)
    samples[0, 100:103] = (np.nan, np.inf, -np.inf)
    samples[0, 200] = 30000.0
    (tmp_path / "x.wav").write_bytes(media.wav(samples))
    decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    pcm = StoredSamples(tmp_path / "pcm")[:]
    assert np.isfinite(pcm).all()
    assert list(pcm[100:103]) == [0.0, 0.0, 0.0]
    assert pcm[200] == 1.0


def test_a_jump_in_the_timestamps_becomes_silence(tmp_path: Path) -> None:
    info = decode(media.with_gap(tmp_path / "x.mkv", 1.0, 3.0, 1.0), tmp_path / "pcm", LIMITS)
    pcm = StoredSamples(tmp_path / "pcm")[:]
    assert info.duration_seconds == 5.0
    loud = [bool(np.abs(pcm[second * 16000 + 1000 : second * 16000 + 15000]).max() > 0.1) for second in range(5)]
    assert loud == [True, False, False, False, True]


def test_recordings_joined_end_to_end_are_read_whole(tmp_path: Path) -> None:
    one = media.write(tmp_path / "a.opus", "opus").read_bytes()
    (tmp_path / "b.opus").write_bytes(one + one)
    assert decode(tmp_path / "b.opus", tmp_path / "pcm", LIMITS).duration_seconds == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp4", "mkv", "wma", "aiff", "mp3"])
def test_a_file_that_breaks_off_gives_what_there_is_and_says_so(kind: str, tmp_path: Path) -> None:
    whole = media.write(tmp_path / f"whole.{kind}", kind, 20.0, index_first=kind == "mp4").read_bytes()
    (tmp_path / "half").write_bytes(whole[: len(whole) // 2])
    info = decode(tmp_path / "half", tmp_path / "pcm", LIMITS)
    assert info.truncated
    assert info.declared_seconds == pytest.approx(20.0, abs=0.2)
    assert 5.0 < info.duration_seconds < 15.0


def test_a_video_that_breaks_off_gives_what_there_is(tmp_path: Path) -> None:
    whole = media.write(tmp_path / "whole.mp4", "mp4", 20.0, picture=True, index_first=True).read_bytes()
    (tmp_path / "half").write_bytes(whole[: len(whole) // 2])
    assert decode(tmp_path / "half", tmp_path / "pcm", LIMITS).truncated


def test_damage_in_the_middle_is_passed_over_and_later_times_stay_right(tmp_path: Path) -> None:
    whole = bytearray(media.write(tmp_path / "whole.flac", "flac", 20.0).read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 5000] = bytes(5000)
    (tmp_path / "hurt.flac").write_bytes(whole)
    assert decode(tmp_path / "hurt.flac", tmp_path / "pcm", LIMITS).duration_seconds == pytest.approx(20.0, abs=0.3)


def test_an_existing_file_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "pcm").write_bytes(b"old" * 1000)
    decode(media.write(tmp_path / "x.wav", "wav"), tmp_path / "pcm", LIMITS)
    assert (tmp_path / "pcm").stat().st_size == 2 * SAMPLE_RATE * SAMPLE_BYTES
