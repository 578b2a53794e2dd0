"""What a header declares, what the file holds and what is decoded: nothing is lost, and warnings are true."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from support import media
from support.decoding import LIMITS

from pipeline.audio import AudioInfo, decode
from pipeline.samples import StoredSamples

SIZE_OF = {"wav": ("<I", b"data", 0), "aiff": (">I", b"SSND", 0), "caf": (">q", b"data", 0), "w64": ("<Q", b"data", 24)}
CUT = ["wav", "aiff", "w64", "caf", "au", "flac", "wv", "avi", "flv", "mp4", "mkv", "wma", "mxf"]
JOINED = ["mp3", "wav", "aiff", "w64", "caf", "caf of ALAC", "au", "flac", "wv", "ogg", "mp4", "mov", "mkv", "webm"]
JOINED += ["avi", "flv", "wma", "ts", "aac", "ac3", "amr", "voc", "tta", "mpg", "vob", "eac3", "mp2", "3gp"]


def read(tmp_path: Path, content: bytes) -> AudioInfo:
    (tmp_path / "upload").write_bytes(content)
    return decode(tmp_path / "upload", tmp_path / "pcm", LIMITS)


def with_size(tmp_path: Path, kind: str, share: float | None, number: int = 0) -> bytes:
    """Ten seconds whose data chunk declares this share of its bytes, or `number`."""
    whole = bytearray(media.write(tmp_path / "whole", kind, 10.0).read_bytes())
    code, chunk, counted = SIZE_OF[kind]
    at = whole.index(chunk) + (16 if kind == "w64" else 4)
    real = struct.unpack_from(code, whole, at)[0] - counted
    struct.pack_into(code, whole, at, number if share is None else int(real * share) // 2 * 2 + counted)
    return bytes(whole)


@pytest.mark.parametrize("kind", SIZE_OF)
def test_a_header_that_says_less_than_is_there_loses_nothing(kind: str, tmp_path: Path) -> None:
    info = read(tmp_path, with_size(tmp_path, kind, 0.15))
    assert info.duration_seconds == pytest.approx(10.0, abs=0.01)
    assert info.declared_seconds == pytest.approx(1.5, abs=0.2) or kind == "aiff"  # AIFF counts its samples elsewhere
    assert not info.truncated


@pytest.mark.parametrize(
    ("kind", "number"),
    [("wav", 0), ("wav", 0x7FFFFF00), ("wav", 0x80000000), ("aiff", 0), ("caf", -1), ("w64", 0), ("w64", 2**63 - 1)],
)
def test_a_size_that_was_not_known_is_no_declaration(kind: str, number: int, tmp_path: Path) -> None:
    info = read(tmp_path, with_size(tmp_path, kind, None, number))
    assert info.duration_seconds == pytest.approx(10.0, abs=0.01)
    assert (info.declared_seconds, info.truncated) == (None, False)


@pytest.mark.parametrize("kind", ["wav", "caf", "w64"])
@pytest.mark.parametrize("share", [2.0, 5000.0])
def test_a_header_that_says_more_than_is_there_is_told(kind: str, share: float, tmp_path: Path) -> None:
    info = read(tmp_path, with_size(tmp_path, kind, share))
    assert info.duration_seconds == pytest.approx(10.0, abs=0.01)
    assert info.truncated


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b"LIST" + struct.pack("<I", 4) + b"INFO", id="a chunk"),
        pytest.param(b"TAG" + bytes(125), id="an ID3 tag"),
        pytest.param(bytes(100_000), id="zeros"),
    ],
)
def test_what_follows_the_samples_of_a_wav_is_no_sound(tail: bytes, tmp_path: Path) -> None:
    info = read(tmp_path, media.wav(media.tone(3, 16000)) + tail)
    assert (info.duration_seconds, info.declared_seconds, info.truncated) == (3.0, 3.0, False)


def test_a_long_wav_in_the_rf64_format_is_read_by_its_long_size_and_beyond(tmp_path: Path) -> None:
    plain = media.wav(media.tone(3, 16000), size=0xFFFFFFFF)
    for declared in (3 * 64000, 64000):
        sizes = struct.pack("<4sIQQQI", b"ds64", 28, 0, declared, 0, 0)
        info = read(tmp_path, b"RF64" + plain[4:12] + sizes + plain[12:])
        assert (info.duration_seconds, info.truncated) == (3.0, False)
        assert info.declared_seconds == pytest.approx(declared / 64000)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999, 3.0])
@pytest.mark.parametrize("is_long", [False, True], ids=["32 bits", "64 bits"])
@pytest.mark.parametrize("index_first", [False, True], ids=["index last", "index first"])
def test_an_mp4_whose_data_has_a_wrong_size_is_read(
    share: float, is_long: bool, index_first: bool, tmp_path: Path
) -> None:
    whole = media.write(tmp_path / "whole", "mp4", 5.0, picture=True, index_first=index_first).read_bytes()
    at = whole.index(b"mdat") - 4
    size = max(16, int(int.from_bytes(whole[at : at + 4]) * share))
    if is_long:  # in place of the empty box that the muxer keeps for that
        assert whole[at - 8 : at] == b"\0\0\0\x08free"
        whole = whole[: at - 8] + b"\0\0\0\x01mdat" + size.to_bytes(8) + whole[at + 8 :]
    else:
        whole = whole[:at] + size.to_bytes(4) + whole[at + 4 :]
    info = read(tmp_path, whole)
    assert info.duration_seconds == pytest.approx(5.0, abs=0.05)
    assert not info.truncated


@pytest.mark.parametrize("kind", CUT)
def test_a_file_that_is_cut_off_is_told_by_what_it_lacks(kind: str, tmp_path: Path) -> None:
    whole = media.write(tmp_path / "whole", kind, 20.0, index_first=kind == "mp4").read_bytes()
    info = read(tmp_path, whole[: len(whole) * 6 // 10])
    assert info.truncated
    assert 5 < info.duration_seconds < 15


@pytest.mark.parametrize("kind", ["mp4", "mkv", "webm", "wma", "flac", "avi"])
def test_a_file_whose_end_was_never_written_is_told(kind: str, tmp_path: Path) -> None:
    """A download that stopped leaves zeros: the file has its full size."""
    whole = media.write(tmp_path / "whole", kind, 20.0, index_first=kind == "mp4").read_bytes()
    kept = len(whole) * 6 // 10
    assert read(tmp_path, whole[:kept] + bytes(len(whole) - kept)).truncated


@pytest.mark.parametrize("field", ["mdhd", "mvhd"])
@pytest.mark.parametrize("factor", [0, 0.5, 3])
def test_a_wrong_length_in_the_header_of_an_mp4_changes_nothing(field: str, factor: float, tmp_path: Path) -> None:
    whole = bytearray(media.write(tmp_path / "whole", "m4a", 10.0).read_bytes())
    at = whole.index(field.encode()) + 4 + 4 + 8 + 4  # version and flags, two times, the time scale
    struct.pack_into(">I", whole, at, int(struct.unpack_from(">I", whole, at)[0] * factor))
    info = read(tmp_path, bytes(whole))
    assert info.duration_seconds == pytest.approx(10.0, abs=0.1)
    assert not info.truncated


def changed_xing(mp3: bytes, frames: float, size: float) -> bytes:
    at = max(mp3.find(b"Xing"), mp3.find(b"Info")) + 8
    numbers = struct.unpack_from(">II", mp3, at)
    return mp3[:at] + struct.pack(">II", int(numbers[0] * frames), int(numbers[1] * size)) + mp3[at + 8 :]


@pytest.mark.parametrize(("frames", "size"), [(10, 1), (0, 1), (0.2, 1), (0.2, 0.2), (1000, 1)])
def test_a_wrong_xing_header_changes_nothing(frames: float, size: float, tmp_path: Path) -> None:
    whole = media.write(tmp_path / "whole", "mp3", 10.0).read_bytes()
    info = read(tmp_path, changed_xing(whole, frames, size))
    assert info.duration_seconds == pytest.approx(10.0, abs=0.1)
    assert not info.truncated


@pytest.mark.parametrize("change", [-6000, -1, 1, 3000, 100_000_000])
@pytest.mark.parametrize("kind", ["mp3", "flac"])
def test_the_sound_is_found_behind_a_tag_of_the_wrong_size(kind: str, change: int, tmp_path: Path) -> None:
    content = b"TXXX" + struct.pack(">IH", 8000, 0) + bytes(range(1, 201)) * 40
    size = max(0, len(content) + change)
    digits = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    sound = media.write(tmp_path / "sound", kind, 10.0).read_bytes()
    sound = sound[sound.index(b"\xff\xfb") if kind == "mp3" else 0 :]
    info = read(tmp_path, b"ID3\x03\0\0" + digits + content + sound)
    assert info.container == kind
    assert info.duration_seconds == pytest.approx(10.0, abs=0.1)
    assert not info.truncated


@pytest.mark.parametrize("kind", JOINED)
def test_files_joined_end_to_end_are_read_whole_without_a_warning(kind: str, tmp_path: Path) -> None:
    one = media.write(tmp_path / "one", kind, 3.0).read_bytes()
    two = media.write(tmp_path / "two", kind, 4.0).read_bytes()
    info = read(tmp_path, one + two + one)
    assert info.duration_seconds == pytest.approx(10.0, abs=0.3)
    assert not info.truncated


@pytest.mark.parametrize(
    ("kind", "other"),
    [("wav", "pcm_s16le"), ("flac", "flac"), ("mp3", "libmp3lame"), ("aac", "aac"), ("ogg", "flac"), ("mkv", "aac")],
)
def test_joined_files_may_change_their_rate(
    kind: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    muxer, _, rate = media.KINDS[kind]
    monkeypatch.setitem(media.KINDS, "changed", (muxer, other, 48000 if rate != 48000 else 32000))
    one = media.write(tmp_path / "one", kind, 3.0).read_bytes()
    two = media.write(tmp_path / "two", "changed", 4.0).read_bytes()
    info = read(tmp_path, one + two + one)
    pcm = np.asarray(StoredSamples(tmp_path / "pcm")[:])
    assert info.duration_seconds == pytest.approx(10.0, abs=0.3)
    assert not info.truncated
    for second in (1, 4, 5, 8):
        spectrum = np.abs(np.fft.rfft(pcm[second * 16000 : second * 16000 + 16000]))
        assert spectrum.argmax() == pytest.approx(440, abs=2)


def test_two_mp3s_of_different_bit_rates_are_joined_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = media.write(tmp_path / "one", "mp3", 3.0).read_bytes()
    monkeypatch.setitem(media.KINDS, "lower", ("mp3", "libmp3lame", 16000))
    two = media.write(tmp_path / "two", "lower", 7.0).read_bytes()
    info = read(tmp_path, two + one)
    assert info.duration_seconds == pytest.approx(10.0, abs=0.2)
    assert (info.declared_seconds, info.truncated) == (None, False)


def test_a_joined_part_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    one = media.write(tmp_path / "one", "mp4", 3.0).read_bytes()
    mute = media.write(tmp_path / "two", "mp4", 3.0, picture=True, sound=False).read_bytes()
    info = read(tmp_path, one + mute)
    assert info.duration_seconds == pytest.approx(3.0, abs=0.1)
    assert info.truncated
