"""What the decoding process is given by the process that starts it, and what the kernel says of its rights."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from support import media
from support.decoding import LIMITS, children

from pipeline.audio import decode
from pipeline.decode import child as decoder
from pipeline.decode.sandbox import NOBODY
from pipeline.errors import UnsupportedMedia

pytestmark = [
    pytest.mark.usefixtures("ignore_other_children"),
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]

#: Puts the walls up as the decoder does, and reports as the cause of a refusal what it was born with.
LOOK_AROUND = """
import json, os, sys
sys.path.append(sys.argv[1])
from pipeline.decode.program import DecodeArguments, confine, warm_up
warm_up()
given = sorted(os.environ)
confine(DecodeArguments(**json.loads(sys.argv[2])))
open_files = []
for number in range(65536):
    try:
        os.lseek(number, 0, os.SEEK_CUR)
        open_files.append(number)
    except OSError as error:
        if error.errno != 9:
            open_files.append(number)
print(json.dumps({"ready": True}))
print(json.dumps({"error": "crash", "fault": json.dumps({"given": given, "open": open_files})}), flush=True)
"""


def look_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int | str]]:
    monkeypatch.setattr(decoder, "_PROGRAM", LOOK_AROUND)
    with pytest.raises(UnsupportedMedia) as caught:
        decode(media.write(tmp_path / "x.flac", "flac"), tmp_path / "pcm", LIMITS)
    report: dict[str, list[int | str]] = json.loads(str(caught.value.__cause__))
    return report


def test_no_open_file_of_its_parent_reaches_the_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = os.open(tmp_path / "secret-key", os.O_RDWR | os.O_CREAT)
    far = os.dup2(secret, 900, inheritable=True)
    os.set_inheritable(secret, True)
    try:
        assert look_around(tmp_path, monkeypatch)["open"] == [0, 1, 2, 3]
    finally:
        os.close(secret)
        os.close(far)


def test_no_secret_of_the_environment_reaches_the_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "OLLAMA_HOST", "HOME", "PATH", "TMPDIR", "LD_PRELOAD"):
        monkeypatch.setenv(name, "" if name == "LD_PRELOAD" else f"/secret-{name}")
    given = set(look_around(tmp_path, monkeypatch)["given"])
    assert given - {"LC_CTYPE"} <= {"OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX", "LD_LIBRARY_PATH"}


def test_the_kernel_confirms_what_the_decoder_may_not(tmp_path: Path) -> None:
    seen: list[tuple[dict[str, str], dict[str, str]]] = []

    def look(share: float) -> None:
        if share > 0 and not seen:  # it reads the upload by now
            (child,) = children()
            folder = Path(f"/proc/{child}")
            lines = (folder / "status").read_text().splitlines()
            status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
            limits = {line[:26].strip(): line[26:47].strip() for line in (folder / "limits").read_text().splitlines()}
            seen.append((status, limits))

    decode(media.silent_wav(tmp_path / "long.wav", 3600), tmp_path / "pcm", LIMITS, on_progress=look)
    ((status, limits),) = seen
    assert (status["Seccomp"], status["NoNewPrivs"], status["Threads"]) == ("2", "1", "1")
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert limits["Max core file size"] == limits["Max processes"] == "0"
    assert limits["Max open files"] == "5"
    for name in ("Max cpu time", "Max file size", "Max data size", "Max address space"):
        assert limits[name].isdigit(), name
    if os.geteuid() == 0:
        assert set(status["Uid"].split()) == set(status["Gid"].split()) == {str(NOBODY)}
        assert status["Groups"].split() == []
