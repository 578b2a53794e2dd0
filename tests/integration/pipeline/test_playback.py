"""The sound that browsers play."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from support import media

from pipeline import playback
from pipeline.errors import Cancelled
from pipeline.playback import EncodingFailed, write_playback
from pipeline.samples import SAMPLE_RATE


def decode(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


@pytest.mark.parametrize("seconds", [0.01, 1.0, 25.3])
def test_it_is_as_long_and_as_loud_as_the_samples(tmp_path: Path, seconds: float) -> None:
    samples = media.tone(seconds, SAMPLE_RATE)[0]
    shares: list[float] = []
    write_playback(samples, tmp_path / "sound", shares.append)
    heard = decode(tmp_path / "sound")
    assert abs(len(heard) - len(samples)) <= 2048, "no more than two frames of AAC"
    if seconds >= 1:
        assert np.abs(heard[4000:-4000]).max() == pytest.approx(0.5, abs=0.03)
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_the_index_stands_in_front_so_that_playing_begins_at_once(tmp_path: Path) -> None:
    write_playback(media.tone(30, SAMPLE_RATE)[0], tmp_path / "sound", lambda _: None)
    content = (tmp_path / "sound").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    assert len(content) < 30 * 8000


def test_samples_beyond_full_scale_are_cut(tmp_path: Path) -> None:
    write_playback(4 * media.tone(2, SAMPLE_RATE)[0], tmp_path / "sound", lambda _: None)
    assert np.abs(decode(tmp_path / "sound")).max() < 1.5


def test_it_stops_when_told(tmp_path: Path) -> None:
    told: list[float] = []

    def stop(share: float) -> None:
        told.append(share)
        if len(told) == 2:
            raise Cancelled()

    with pytest.raises(Cancelled):
        write_playback(media.tone(200, SAMPLE_RATE)[0], tmp_path / "sound", stop)
    assert told[-1] < 0.2


def test_a_full_disk_is_no_failure_of_the_encoder() -> None:
    with pytest.raises(OSError, match="28") as caught:
        write_playback(media.tone(120, SAMPLE_RATE)[0], Path("/dev/full"), lambda _: None)
    assert not isinstance(caught.value, EncodingFailed)


def test_a_missing_encoder_is_told_by_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "_MP4", replace(playback._MP4, codec="no-such-codec"))
    with pytest.raises(EncodingFailed):
        write_playback(media.tone(1, SAMPLE_RATE)[0], tmp_path / "sound", lambda _: None)
