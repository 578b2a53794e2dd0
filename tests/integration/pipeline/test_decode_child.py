"""The decoding process: its progress, its limits and every way in which it can end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support import media
from support.decoding import LIMITS, TEXT, children, refused, wait_for

from pipeline.audio import AudioInfo, decode
from pipeline.decode import child as decoder
from pipeline.decode.limits import DecodeLimits
from pipeline.errors import (
    InternalError,
    StorageFull,
    UnsupportedMedia,
)

pytestmark = pytest.mark.usefixtures("ignore_other_children")

ROOT = Path(__file__).resolve().parents[3]


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
        for child in children() if share > 0 else ():  # it reads the upload by now
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


def test_a_child_that_hangs_is_stopped_after_the_wall_clock_limit(tmp_path: Path) -> None:
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


def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    source = media.write(tmp_path / "x.flac", "flac")
    with source.open("rb") as upload, open("/dev/full", "wb") as full, pytest.raises(StorageFull):
        decoder.run_child(upload.fileno(), full.fileno(), source.stat().st_size, LIMITS, lambda share: None)


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
def test_the_reports_of_a_broken_child_are_rejected(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "_PROGRAM", program)
    refused(tmp_path, TEXT, UnsupportedMedia)


def child_that_says(lie: dict[str, object]) -> str:
    """A decoder that writes a second of silence and reports it, with a lie."""
    result = {
        "samples": 16000, "container": "wav", "codec": "pcm_s16le", "sample_rate": 8000, "channels": 1, "track": 1,
        "has_video": False, "declared_seconds": None, "truncated": False,
    }  # fmt: skip
    line = json.dumps({"result": result | lie}).replace("Infinity", "1e400")
    return f"import json, os, sys; os.write(json.loads(sys.argv[2])['output'], bytes(2 * 16000)); print({line!r})"


@pytest.mark.parametrize(
    "lie",
    [
        {"declared_seconds": float("inf")},
        {"declared_seconds": -1.0},
        {"sample_rate": 10**30},
        {"channels": -1},
        {"codec": "../../etc/passwd"},
        {"container": "a\nb"},
        {"track": 2},
        {"track": None},
        {"track": "one"},
        {"samples": 1},
    ],
    ids=str,
)
def test_a_result_that_cannot_be_is_rejected(
    lie: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "_PROGRAM", child_that_says(lie))
    refused(tmp_path, TEXT, UnsupportedMedia)


def test_a_result_that_can_be_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "_PROGRAM", child_that_says({}))
    (tmp_path / "x.wav").write_bytes(TEXT)
    assert decode(tmp_path / "x.wav", tmp_path / "pcm", LIMITS).duration_seconds == 1.0


def test_a_decoder_that_cannot_start_is_an_internal_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "_PROGRAM", "import no_such_module")
    refused(tmp_path, TEXT, InternalError)


def test_the_child_starts_from_any_folder_with_any_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "av.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    source = media.write(tmp_path / "x.flac", "flac")
    assert isinstance(decode(source, tmp_path / "pcm", LIMITS), AudioInfo)


def test_the_folder_for_temporary_files_may_be_removed_at_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp" / "of-this-process"))
    source = media.write(tmp_path / "x.flac", "flac")
    assert isinstance(decode(source, tmp_path / "pcm", LIMITS), AudioInfo)
