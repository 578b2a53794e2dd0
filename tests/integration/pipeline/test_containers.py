"""Every container that is read, the tracks that may lie beside the sound, and what is refused by its name."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from support import media, tracks
from support.decoding import LIMITS, refused

from pipeline.audio import decode
from pipeline.decode.foreign import recognise
from pipeline.decode.formats import CODECS, CONTAINERS
from pipeline.errors import UnsupportedMedia
from pipeline.samples import StoredSamples

pytestmark = pytest.mark.usefixtures("ignore_other_children")


def sphere(path: Path) -> Path:
    """A NIST SPHERE file: a header of 1024 bytes of text, then samples."""
    fields = "sample_count -i 32000\nsample_rate -i 16000\nchannel_count -i 1\nsample_n_bytes -i 2\n"
    text = f"NIST_1A\n   1024\n{fields}sample_byte_format -s2 01\nsample_coding -s3 pcm\nend_head\n"
    samples = (media.tone(2, 16000)[0] * 32767).astype("<i2").tobytes()
    path.write_bytes(text.encode().ljust(1024) + samples)
    return path


def digital_video(path: Path) -> Path:
    """Ten frames of DV as a camcorder writes them to tape."""
    with av.open(str(path), "w", format="dv") as container:
        video = tracks.add_picture(container, "dvvideo")
        audio = container.add_stream("pcm_s16le", rate=48000, layout="stereo")
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((576, 720, 3), 90, dtype=np.uint8), format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.pts = number
            container.mux(video.encode(frame))
            pcm = np.tile((media.tone(0.04, 48000)[0] * 32767).astype(np.int16).repeat(2), (1, 1))
            sound = av.AudioFrame.from_ndarray(pcm, format="s16", layout="stereo")
            sound.sample_rate, sound.pts = 48000, number * 1920
            container.mux(audio.encode(sound))
        container.mux(video.encode(None))
    return path


def test_every_container_that_is_allowed_is_read(tmp_path: Path) -> None:
    files = [media.write(tmp_path / f"x.{kind}", kind) for kind in media.KINDS]
    files += [sphere(tmp_path / "x.sph"), digital_video(tmp_path / "x.dv")]
    read = {decode(path, tmp_path / "pcm", LIMITS).container for path in files}
    assert read | {"webm"} == set(CONTAINERS)  # "webm" is another name of Matroska's demuxer


def test_all_allowed_containers_and_codecs_are_known_to_the_library() -> None:
    for name in CONTAINERS:
        assert av.ContainerFormat(name, "r").is_input
    assert {av.codec.Codec(name, "r").type for name in CODECS} == {"audio"}


@pytest.mark.parametrize(
    ("muxer", "codec", "add"),
    [
        pytest.param("mp4", "aac", tracks.subtitle("mov_text"), id="mov_text in MP4"),
        pytest.param("mov", "aac", tracks.subtitle("mov_text"), id="mov_text in MOV"),
        pytest.param("matroska", "aac", tracks.subtitle("subrip"), id="SubRip"),
        pytest.param("matroska", "aac", tracks.subtitle("ass"), id="ASS"),
        pytest.param("webm", "libopus", tracks.subtitle("webvtt"), id="WebVTT"),
        pytest.param("matroska", "ac3", tracks.subtitle("hdmv_pgs_subtitle"), id="PGS in Matroska"),
        pytest.param("mpegts", "ac3", tracks.subtitle("hdmv_pgs_subtitle"), id="PGS in MTS"),
        pytest.param("matroska", "ac3", tracks.subtitle("dvd_subtitle"), id="VobSub"),
        pytest.param("mpegts", "mp2", tracks.subtitle("dvb_subtitle"), id="DVB subtitle"),
        pytest.param("mpegts", "aac", tracks.data("klv"), id="KLV data"),
        pytest.param("mpegts", "aac", tracks.data("timed_id3"), id="timed ID3"),
        pytest.param("matroska", "aac", tracks.attachment, id="attachment"),
        pytest.param("mov", "aac", tracks.timecode, id="timecode"),
        pytest.param("mp4", "aac", tracks.cover, id="cover in M4A"),
        pytest.param("mp3", "libmp3lame", tracks.cover, id="cover in MP3"),
        pytest.param("flac", "flac", tracks.cover, id="cover in FLAC"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False], ids=["before the sound", "after the sound"])
def test_a_track_beside_the_sound_does_no_harm(
    muxer: str, codec: str, add: tracks.Add, is_first: bool, tmp_path: Path
) -> None:
    source = tracks.with_track(tmp_path / "x", muxer, codec, add, is_first=is_first)
    info = decode(source, tmp_path / "pcm", LIMITS)
    assert info.duration_seconds == pytest.approx(2.0, abs=0.05)
    assert not info.truncated
    assert not info.has_video
    assert np.abs(StoredSamples(tmp_path / "pcm")[8000:24000]).max() > 0.4


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n",
        b"\xef\xbb\xbf#EXTM3U\nneighbour.wav\n",
        b"ffconcat version 1.0\nfile neighbour.wav\n",
        b"[playlist]\nFile1=neighbour.wav\n",
        b"<asx version='3.0'><entry><ref href='neighbour.wav'/></entry></asx>",
        b"<?xml version='1.0'?>\n<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
        b"<?xml version='1.0'?>\n<playlist version='1'></playlist>",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n",
        b'FILE "neighbour.wav" WAVE\n  TRACK 01 AUDIO\n',
    ],
)
def test_what_only_refers_to_other_files_is_refused_as_such(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "neighbour.wav").write_bytes(media.wav(media.tone(1, 16000)))
    assert "which RealRecap does not read" in refused(tmp_path, content, UnsupportedMedia)


def with_sound_elsewhere(mov: bytes, neighbour: str) -> bytes:
    """A MOV whose samples are said to be in `neighbour` of the same folder, and are silent in the file itself.

    Source: QuickTime File Format, "data reference atoms", and the fields of an alias that libavformat reads: at 10 the
    volume, at 50 the file, at 130 how many folders to go up and down, at 150 the path as tagged items.
    """
    path = f"disk/{neighbour}".encode()
    path += bytes(len(path) % 2)
    alias = bytes(10) + b"\x04" + b"disk".ljust(27, b"\0") + bytes(12) + bytes(64 + 16) + struct.pack(">HH", 1, 1)
    alias += bytes(16) + struct.pack(">HH", 2, len(path)) + path + struct.pack(">HH", 0xFFFF, 0)
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    file = bytearray(mov)
    at = file.rindex(b"dref") + 12
    assert file[at + 4 : at + 8] in (b"url ", b"alis")
    old = struct.unpack_from(">I", file, at)[0]
    file[at : at + old] = entry
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):  # the boxes around it have grown
        place = file.rindex(name, 0, at) - 4
        struct.pack_into(">I", file, place, struct.unpack_from(">I", file, place)[0] + len(entry) - old)
    data = file.index(b"mdat")
    size = struct.unpack_from(">I", file, data - 4)[0]
    file[data + 4 : data - 4 + size] = bytes(size - 8)
    return bytes(file)


def test_the_sound_of_a_mov_that_lies_in_another_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(media.KINDS, "mov of PCM", ("mov", "pcm_s16le", 16000))
    whole = media.write(tmp_path / "neighbour.mov", "mov of PCM").read_bytes()
    linked = tmp_path / "linked.mov"
    linked.write_bytes(with_sound_elsewhere(whole, "neighbour.mov"))
    monkeypatch.chdir(tmp_path)
    with av.open("linked.mov", options={"enable_drefs": "1"}) as container:  # the reference works where it is obeyed
        assert max(np.abs(frame.to_ndarray()).max() for frame in container.decode(audio=0)) > 10_000
    refused(tmp_path, linked, UnsupportedMedia)


@pytest.mark.parametrize(
    ("head", "title", "hint"),
    [
        (b".RMF\0\0\0\x12", "RealMedia", "ffmpeg -i recording.rm"),
        (b"MAC \x96\x0f", "Monkey's Audio", "ffmpeg -i recording.ape"),
        (b"\x03dss\0\0", "dictation (DSS)", "ffmpeg -i recording.dss"),
        (b"\x03ds2\0\0", "dictation (DS2)", "dictation program"),
        (b"\0\0\0\x20ftypaax ", "audio book", "without protection"),
        (b"\0\0\0\x18ftypheic", "picture", "Upload the recording itself"),
        (b"PK\x03\x04", "archive", "Unpack"),
        (b"%PDF-1.7", "PDF", "Upload the recording itself"),
        (b"<!DOCTYPE html><html>", "web page", "Upload the recording itself"),
        (b"nut/multimedia container\0", "NUT", "ffmpeg -i recording.nut"),
    ],
)
def test_a_refused_file_is_named_and_the_way_to_convert_it(head: bytes, title: str, hint: str, tmp_path: Path) -> None:
    kind = recognise(head)
    assert kind is not None
    assert title in kind.title
    assert hint in kind.hint
    assert title in refused(tmp_path, head + bytes(5000), UnsupportedMedia)


def test_the_codec_that_is_not_read_is_named(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "x.mka"), "w", format="matroska") as container:
        audio = container.add_stream("real_144", rate=8000, layout="mono")
        container.mux(tracks.encoded_tone(audio, 8000, 1.0, 0.0))
    assert "ra_144" in refused(tmp_path, tmp_path / "x.mka", UnsupportedMedia)
