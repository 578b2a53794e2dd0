"""A small file that becomes a large one: what decoding may take is asked for first, and refused in time."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from support import media
from support.decoding import LIMITS, refused

from pipeline.audio import decode
from pipeline.decode.limits import DecodeLimits
from pipeline.errors import StorageFull, UnsupportedMedia
from pipeline.samples import SAMPLE_BYTES, SAMPLE_RATE, StoredSamples

pytestmark = pytest.mark.usefixtures("ignore_other_children")


@pytest.mark.parametrize("rate", [1, 100, 3999])
def test_a_rate_too_low_for_speech_is_refused(rate: int, tmp_path: Path) -> None:
    message = refused(tmp_path, media.wav(media.tone(10_000 / rate, rate, hertz=rate / 10), rate), UnsupportedMedia)
    assert "fewer than 4,000 samples a second" in message


def test_four_thousand_samples_a_second_are_enough(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(media.wav(media.tone(2, 4000), 4000))
    assert decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS).duration_seconds == pytest.approx(2.0, abs=0.01)


def test_a_low_rate_behind_a_good_one_adds_nothing(tmp_path: Path) -> None:
    both = media.wav(media.tone(2, 16_000), 16_000) + media.wav(media.tone(10_000, 1, hertz=0.1), 1)
    (tmp_path / "x.wav").write_bytes(both)
    info = decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    assert info.duration_seconds == pytest.approx(2.0, abs=0.01)
    assert info.truncated


def test_more_channels_than_can_be_mixed_are_refused(tmp_path: Path) -> None:
    assert "more than 64 channels" in refused(tmp_path, media.wav(media.tone(1, 16_000, 65)), UnsupportedMedia)


def test_room_for_the_samples_is_asked_for_as_soon_as_their_number_is_known(tmp_path: Path) -> None:
    asked: list[int] = []

    def make_room(size_bytes: int) -> None:
        asked.append(size_bytes)
        if size_bytes:
            raise StorageFull

    source = media.write(tmp_path / "x.wav", "wav", 60.0)
    with pytest.raises(StorageFull):
        decode(source, tmp_path / "pcm", DecodeLimits(3600, make_room=make_room))
    assert asked[-1] == pytest.approx(60 * SAMPLE_RATE * SAMPLE_BYTES, rel=0.01)
    assert not any(asked[:-1])
    assert [path.name for path in tmp_path.iterdir()] == ["x.wav"]


def test_a_disk_that_fills_up_while_a_file_of_unknown_length_is_read_stops_the_work(tmp_path: Path) -> None:
    (tmp_path / "x.opus").write_bytes(media.endless_opus(hours=2))

    def make_room(size_bytes: int) -> None:
        if sum(path.stat().st_size for path in tmp_path.glob(".pcm.*")) > 1_000_000:
            raise StorageFull

    with pytest.raises(StorageFull):
        decode(tmp_path / "x.opus", tmp_path / "pcm", DecodeLimits(4 * 3600, make_room=make_room))
    assert [path.name for path in tmp_path.iterdir()] == ["x.opus"]


def test_silence_takes_no_room(tmp_path: Path) -> None:
    source = media.silent_wav(tmp_path / "x.wav", 1200)
    decode(source, tmp_path / "pcm", LIMITS)
    stored = (tmp_path / "pcm").stat()
    assert stored.st_size == 1200 * SAMPLE_RATE * SAMPLE_BYTES
    assert stored.st_blocks * 512 < 100_000
    assert not StoredSamples(tmp_path / "pcm")[:].any()


def test_speech_between_silences_stays_where_it_is(tmp_path: Path) -> None:
    silence, tone = np.zeros((1, 5 * 16_000), dtype=np.float32), media.tone(1, 16_000)
    (tmp_path / "x.wav").write_bytes(media.wav(np.concatenate([silence, tone, silence, tone, silence], axis=1)))
    decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    samples = StoredSamples(tmp_path / "pcm")
    assert len(samples) == 17 * SAMPLE_RATE
    loud = [bool(np.abs(samples[at * 16_000 + 1000 : at * 16_000 + 15_000]).max() > 0.1) for at in range(17)]
    assert [second for second, is_loud in enumerate(loud) if is_loud] == [5, 11]


@pytest.mark.parametrize("rate", [8000, 44_100])
def test_half_precision_is_as_near_as_its_steps(rate: int, tmp_path: Path) -> None:
    sound = 0.001 * media.tone(1, rate)
    (tmp_path / "x.wav").write_bytes(media.wav(sound, rate))
    with av.open(str(tmp_path / "x.wav")) as container:
        assert container.streams.audio[0].rate == rate
    decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    samples = StoredSamples(tmp_path / "pcm")[2000:14_000]
    expected = 0.001 * media.tone(1, SAMPLE_RATE)[0][2000:14_000]
    assert samples.std() == pytest.approx(expected.std(), rel=0.02)
    assert np.corrcoef(samples, expected)[0, 1] > 0.9999
