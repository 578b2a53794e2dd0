from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from support import media

from pipeline.audio import AudioInfo, decode
from pipeline.decode import child as decoder
from pipeline.decode.limits import DecodeLimits
from pipeline.errors import (
    InternalError,
    NoAudio,
    PipelineError,
    RecordingTooLong,
    RecordingTooShort,
    StorageFull,
    UnsupportedMedia,
)
from pipeline.samples import SAMPLE_RATE, compute_peaks, open_pcm

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = sorted(path for path in (ROOT / "audio_samples").iterdir() if path.suffix not in (".json", ".md"))
LIMITS = DecodeLimits(max_seconds=4 * 3600)
OTHERS: set[int] = set()
TEXT = b"<html><body>Sign in to download the recording</body></html>\n" * 50


def refused(tmp_path: Path, content: bytes | Path, kind: type[PipelineError], limits: DecodeLimits = LIMITS) -> str:
    """Decode what must be refused with `kind`; nothing may be left behind. Gives the message."""
    source = content if isinstance(content, Path) else tmp_path / "recording.mp3"
    if isinstance(content, bytes):
        source.write_bytes(content)
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(PipelineError) as caught:
        decode(source, folder / "pcm", limits)
    assert type(caught.value) is kind, repr(caught.value)
    assert list(folder.iterdir()) == []
    assert children() == set()
    return caught.value.message


def children(parent: int | None = None) -> set[int]:
    """The processes that `parent` (this one) has started and that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, owner = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # it ended while being looked at
        if int(owner) == (parent or os.getpid()) and state != "Z":
            found.add(int(stat.parent.name))
    return found - OTHERS


@pytest.fixture(autouse=True)
def _leave_others_alone() -> Iterator[None]:
    """Children that ran before the test, as those of a fixture of the whole run, are none of its own."""
    OTHERS.update(children())
    yield
    OTHERS.clear()


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


# What is taken


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_meeting_decodes_to_its_length(path: Path, tmp_path: Path) -> None:
    truth = json.loads(path.with_suffix(".json").read_text())["duration_seconds"]
    info = decode(path, tmp_path / "pcm", LIMITS)
    pcm = open_pcm(tmp_path / "pcm")
    assert info.duration_seconds == pytest.approx(truth, abs=0.2)
    assert info.duration_seconds == len(pcm) / SAMPLE_RATE
    assert not info.truncated
    assert 0.01 < np.abs(pcm[: 30 * SAMPLE_RATE]).max() <= 1.0


@pytest.mark.parametrize("kind", media.KINDS)
def test_every_common_container_decodes_to_the_tone_it_holds(kind: str, tmp_path: Path) -> None:
    info = decode(media.write(tmp_path / f"tone.{kind}", kind), tmp_path / "pcm", LIMITS)
    pcm = open_pcm(tmp_path / "pcm")
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
    assert not open_pcm(tmp_path / "pcm").any()


def test_the_file_name_and_its_extension_do_not_matter(tmp_path: Path) -> None:
    source = media.write(tmp_path / "x.flac", "flac").rename(tmp_path / ("会" * 80 + "<script>.txt"))
    assert decode(source, tmp_path / "pcm", LIMITS).container == "flac"


def test_sound_in_opposite_phase_on_both_channels_is_kept(tmp_path: Path) -> None:
    left = media.tone(1, 16000)
    (tmp_path / "x.wav").write_bytes(media.wav(np.concatenate([left, -left])))
    decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    assert np.abs(open_pcm(tmp_path / "pcm")).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("channels", [2, 3, 6, 8, 40])
def test_any_number_of_channels_is_mixed_without_clipping(channels: int, tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(media.wav(2 * media.tone(1, 16000, channels)))
    info = decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    pcm = open_pcm(tmp_path / "pcm")
    assert info.channels == channels
    assert np.abs(np.asarray(pcm) - 2 * media.tone(1, 16000)[0]).max() < 0.02


def test_samples_that_are_no_numbers_or_far_too_loud_are_tamed(tmp_path: Path) -> None:
    samples = media.tone(1, 16000)
    samples[0, 100:103] = (np.nan, np.inf, -np.inf)
    samples[0, 200] = 30000.0
    (tmp_path / "x.wav").write_bytes(media.wav(samples))
    decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS)
    pcm = open_pcm(tmp_path / "pcm")
    assert np.isfinite(pcm).all()
    assert list(pcm[100:103]) == [0.0, 0.0, 0.0]
    assert pcm[200] == 1.0


def test_a_jump_in_the_timestamps_becomes_silence(tmp_path: Path) -> None:
    info = decode(media.with_gap(tmp_path / "x.mkv", 1.0, 3.0, 1.0), tmp_path / "pcm", LIMITS)
    pcm = open_pcm(tmp_path / "pcm")
    assert info.duration_seconds == 5.0
    loud = [bool(np.abs(pcm[second * 16000 + 1000 : second * 16000 + 15000]).max() > 0.1) for second in range(5)]
    assert loud == [True, False, False, False, True]


def test_recordings_joined_end_to_end_are_read_whole(tmp_path: Path) -> None:
    one = media.write(tmp_path / "a.opus", "opus").read_bytes()
    (tmp_path / "b.opus").write_bytes(one + one)
    assert decode(tmp_path / "b.opus", tmp_path / "pcm", LIMITS).duration_seconds == pytest.approx(4.0, abs=0.1)


# What breaks off


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


def test_an_mp4_without_its_index_is_refused_as_cut_off(tmp_path: Path) -> None:
    whole = media.write(tmp_path / "whole.mp4", "mp4", 5.0).read_bytes()
    assert "cut off" in refused(tmp_path, media.without_index(whole), UnsupportedMedia)


def test_an_mp4_with_half_its_index_is_refused_as_cut_off(tmp_path: Path) -> None:
    whole = media.write(tmp_path / "whole.mp4", "mp4", 5.0).read_bytes()
    assert "cut off" in refused(tmp_path, whole[: whole.index(b"moov") + 300], UnsupportedMedia)


# What is refused


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
        assert len(open_pcm(tmp_path / "pcm")) == round(info.duration_seconds * SAMPLE_RATE)


# The child


class Stop(Exception):
    pass


def long_recording(tmp_path: Path) -> Path:
    return media.silent_wav(tmp_path / "long.wav", 3 * 3600)


def test_progress_rises_to_one(tmp_path: Path) -> None:
    seen: list[float] = []
    decode(media.silent_wav(tmp_path / "x.wav", 1200), tmp_path / "pcm", LIMITS, on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert any(0 < share < 1 for share in seen)


def test_raising_in_on_progress_kills_the_child_and_leaves_no_file(tmp_path: Path) -> None:
    at_work: set[int] = set()

    def stop(share: float) -> None:
        if share > 0:
            at_work.update(children())
            raise Stop

    with pytest.raises(Stop):
        decode(long_recording(tmp_path), tmp_path / "pcm", LIMITS, on_progress=stop)
    assert len(at_work) == 1
    assert children() == set()
    assert [path.name for path in tmp_path.iterdir()] == ["long.wav"]


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT, signal.SIGXCPU])
def test_a_child_killed_by_a_signal_leaves_no_file(number: signal.Signals, tmp_path: Path) -> None:
    def kill(share: float) -> None:
        for child in children():
            os.kill(child, number)

    with pytest.raises(UnsupportedMedia):
        decode(long_recording(tmp_path), tmp_path / "pcm", LIMITS, on_progress=kill)
    assert [path.name for path in tmp_path.iterdir()] == ["long.wav"]


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from pipeline.audio import *; from pipeline.decode.limits import *; "
        f"decode(Path({str(long_recording(tmp_path))!r}), Path({str(tmp_path / 'pcm')!r}), DecodeLimits(20000), "
        "on_progress=lambda share: print(share, flush=True))"
    )
    surroundings = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=surroundings) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (child,) = children(parent.pid)
        os.kill(parent.pid, signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{child}").exists() or " Z " in Path(f"/proc/{child}/stat").read_text())
    assert not (tmp_path / "pcm").exists()


def test_a_child_that_stands_still_is_stopped_by_the_clock(tmp_path: Path) -> None:
    class Hurried(DecodeLimits):
        def wall_seconds(self, size_bytes: int) -> float:
            return 3.0

    def halt(share: float) -> None:
        for child in children():
            os.kill(child, signal.SIGSTOP)

    with pytest.raises(UnsupportedMedia, match="more time"):
        decode(long_recording(tmp_path), tmp_path / "pcm", Hurried(20000), on_progress=halt)
    assert children() == set()


def test_processor_time_is_limited(tmp_path: Path) -> None:
    class Hurried(DecodeLimits):
        def cpu_seconds(self, size_bytes: int) -> int:
            return 1

    with pytest.raises(UnsupportedMedia, match="more time"):
        decode(long_recording(tmp_path), tmp_path / "pcm", Hurried(20000))


def test_memory_is_limited(tmp_path: Path) -> None:
    source = tmp_path / "x.wav"
    source.write_bytes(media.wav(media.tone(2, 48000, channels=64), 48000))
    with pytest.raises(UnsupportedMedia, match="more memory"):
        decode(source, tmp_path / "pcm", DecodeLimits(60, max_memory_bytes=64 << 20))
    assert decode(source, tmp_path / "pcm", DecodeLimits(60)).channels == 64


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    source = media.write(tmp_path / "x.flac", "flac")
    with source.open("rb") as upload, open("/dev/full", "wb") as full, pytest.raises(StorageFull):
        decoder.run_child(upload.fileno(), full.fileno(), source.stat().st_size, LIMITS, lambda share: None)


def test_a_confined_process_can_open_nothing_more() -> None:
    program = """
import os, socket
from pipeline.decode.sandbox import DecodeArguments, confine
confine(DecodeArguments(os.getppid(), 1, 16000, 60.0, 256 << 20, 10))
held = [os.dup(0)]
for attempt in (lambda: open("/etc/hostname"), socket.socket, os.pipe, lambda: os.dup(0)):
    try:
        attempt()
    except OSError as error:
        print(error.errno)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["24"] * 4  # EMFILE


@pytest.mark.parametrize(
    "program",
    [
        "print('nonsense')",
        "print('{}')",
        "print('[1')",
        "print('{\"progress\": NaN}')",
        'print(\'{"error": "made up"}\')',
        "print('[' * 4000)",
        "print('x' * 100000)",
        "pass",
        "print('{\"ready\": true}'); raise SystemExit(3)",
        'print(\'{"result": {"samples": 16000}}\')',
        'print(\'{"result": {"samples": 1e400}}\')',
    ],
)
def test_a_child_that_talks_nonsense_is_not_believed(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "_PROGRAM", program)
    refused(tmp_path, TEXT, UnsupportedMedia)


def test_a_decoder_that_cannot_start_is_an_internal_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "_PROGRAM", "import no_such_module")
    refused(tmp_path, TEXT, InternalError)


def test_the_child_starts_from_any_folder_with_any_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "av.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    source = media.write(tmp_path / "x.flac", "flac")
    assert isinstance(decode(source, tmp_path / "pcm", LIMITS), AudioInfo)


# The samples


def test_an_existing_file_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "pcm").write_bytes(b"old" * 1000)
    decode(media.write(tmp_path / "x.wav", "wav"), tmp_path / "pcm", LIMITS)
    assert (tmp_path / "pcm").stat().st_size == 2 * SAMPLE_RATE * 4


def test_peaks_follow_the_loudness(tmp_path: Path) -> None:
    pcm = np.concatenate([media.tone(1, 16000)[0], np.zeros(16000, dtype=np.float32), -0.5 * media.tone(1, 16000)[0]])
    peaks = compute_peaks(pcm, 30)
    assert peaks == [100] * 10 + [0] * 10 + [50] * 10


@pytest.mark.parametrize(("samples", "bars"), [(0, 0), (1, 1), (1499, 1499), (1500, 1500), (1501, 751), (10**6, 1500)])
def test_there_are_never_more_peaks_than_asked_for(samples: int, bars: int) -> None:
    assert len(compute_peaks(np.ones(samples, dtype=np.float32))) == pytest.approx(bars, abs=1)


def test_the_noise_of_a_silent_recording_stays_low() -> None:
    assert compute_peaks(np.full(16000, 0.0005, dtype=np.float32), 2) == [5, 5]


def test_a_map_of_samples_never_changes_the_file(tmp_path: Path) -> None:
    np.ones(10, dtype="<f4").tofile(tmp_path / "pcm")
    open_pcm(tmp_path / "pcm")[:] = 0
    assert np.fromfile(tmp_path / "pcm", dtype="<f4").sum() == 10
