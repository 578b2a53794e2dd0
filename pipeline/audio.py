"""The only opener of uploads: any container in, 16 kHz mono samples on disk out.

Uploads are hostile until decoded. A text file named .mp3 can be a playlist that reads the server's own files, a small
file can hold days of sound, a mutilated one can bring a decoder down. So one child process a file reads it
(`pipeline.decode`), with a list of allowed containers and codecs, without the right to open anything else, and with
limits on memory, time and decoded seconds. The other stages get arrays, never the upload.
"""

from __future__ import annotations

import errno
import json
import os
import re
import select
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InternalError, NoAudio, PipelineError, StorageFull, TooLong, TooShort, UnsupportedMedia

SAMPLE_RATE = 16_000  # Hz; what Whisper and pyannote take
PEAKS = 1500  # bars in a player
TICK_SECONDS = 0.5  # at most this long without a call of on_progress
LINE_BYTES = 4096  # the longest line a child has to say

# -I keeps the environment and the working directory out of the import path; the project's folder is added last.
_PROGRAM = (
    "import json, sys; sys.path.append(sys.argv[1]); from pipeline.decode.program import Arguments, main; "
    "main(Arguments(**json.loads(sys.argv[2])))"
)
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}  # each thread or arena would reserve memory

_COPY = "Copy it again from the recorder, then upload it once more."
_CONVERT = "Convert it to MP3, M4A, FLAC or WAV, then upload it once more."
_REFUSALS: dict[str, Callable[[], PipelineError]] = {
    "unreadable": UnsupportedMedia,
    "empty": lambda: UnsupportedMedia("The file is empty.", _COPY),
    "cut_off": lambda: UnsupportedMedia("The file seems to be cut off: the part needed to read it is missing.", _COPY),
    "codec": lambda: UnsupportedMedia("The sound in this file is coded in a way that is not read.", _CONVERT),
    "damaged": lambda: UnsupportedMedia("The sound in this file is damaged and cannot be read.", _COPY),
    "crash": lambda: UnsupportedMedia("The file is damaged: reading it brought the decoder down.", _CONVERT),
    "memory": lambda: UnsupportedMedia("Reading this file takes more memory than allowed.", _CONVERT),
    "slow": lambda: UnsupportedMedia("Reading this file takes more time than allowed.", _CONVERT),
    "no_audio": NoAudio,
    "too_long": TooLong,
    "too_short": TooShort,
    "storage_full": StorageFull,
}


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What reading one file may take. The times grow with the work there can be, above a floor of a minute."""

    max_seconds: float  # of decoded sound
    max_memory_bytes: int = 512 << 20  # of the child's own data; 50 MB is usual, a long MP4's index takes the most

    def __post_init__(self) -> None:
        if not 0 < self.max_seconds < float("inf"):
            raise ValueError("max_seconds must be a positive, finite number")

    def cpu_seconds(self, size_bytes: int) -> int:
        """Processor time: a twentieth of real time, where a core of today needs a three-hundredth."""
        return 60 + int(self.max_seconds / 20 + size_bytes / 10e6)

    def wall_seconds(self, size_bytes: int) -> float:
        """Time by the clock: with a busy processor and a slow disk."""
        return 60.0 + 2 * self.cpu_seconds(size_bytes)


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file turned out to be."""

    duration_seconds: float  # decoded
    container: str  # libavformat's name, such as "mov" for MP4, M4A and 3GP, "matroska" for WebM too
    codec: str  # libavcodec's name, such as "aac"
    sample_rate: int  # Hz, before resampling
    channels: int
    has_video: bool  # a cover picture is none
    declared_seconds: float | None  # by the header, where that has it and is no estimate
    truncated: bool  # the header announces clearly more than there is: over a second and over 1 %


def decode(
    source: Path, target: Path, limits: DecodeLimits, *, on_progress: Callable[[float], None] | None = None
) -> AudioInfo:
    """Decode the main sound track of `source` once, streaming, to raw 16 kHz mono float32 little endian at `target`.

    `on_progress` is called at least every half second with the share that is done, 0 to 1, never falling; what it
    raises comes out of here, after the child is killed. `target` appears complete or not at all.

    Raises UnsupportedMedia, NoAudio, TooLong, TooShort, StorageFull; InternalError when the child cannot start or
    a file cannot be opened.
    """
    output, pending = _pending(target)
    try:
        with _opened(source) as upload:
            size = os.fstat(upload).st_size
            result = _run(upload, output, size, limits, on_progress or (lambda fraction: None))
        info = _info(result, os.fstat(output).st_size)
        with _storage():
            os.fsync(output)
            os.replace(pending, target)
            _fsync_folder(target.parent)
        return info
    finally:
        os.close(output)
        pending.unlink(missing_ok=True)


def open_pcm(path: Path) -> NDArray[np.float32]:
    """Map decoded samples, shape (samples,), at SAMPLE_RATE; pages come from disk as they are read.

    Copy on write (mode "c"): torch takes the array without a warning, and the file stays as it is. Raises OSError.
    """
    if path.stat().st_size == 0:
        return np.zeros(0, dtype=np.float32)
    return np.memmap(path, dtype="<f4", mode="c")


def compute_peaks(pcm: NDArray[np.float32], count: int = PEAKS) -> list[int]:
    """The outline of a recording for a player: at most `count` bars of equal length, 0 to 100 of the loudest one.

    Each is the largest absolute sample of its span. Sound below 1 % of full scale stays low, so that the noise of a
    silent recording does not look like speech. Reads a bar at a time.
    """
    if len(pcm) == 0:
        return []
    span = -(-len(pcm) // count)
    bars = [pcm[at : at + span] for at in range(0, len(pcm), span)]
    peaks = [max(float(bar.max()), -float(bar.min())) for bar in bars]
    loudest = max(0.01, *peaks)
    return [round(100 * peak / loudest) for peak in peaks]


def _run(
    upload: int, output: int, size: int, limits: DecodeLimits, on_progress: Callable[[float], None]
) -> dict[str, Any]:
    """Have a child decode `upload` to `output`, both descriptors; give what it reports."""
    if size == 0:
        raise _REFUSALS["empty"]()
    fraction, ready = 0.0, False
    result: dict[str, Any] | None = None
    with _child(upload, output, size, limits) as child:
        for line in _lines(child, limits.wall_seconds(size)):
            match line:
                case {"ready": True}:
                    ready = True
                case {"progress": float() | int() as share}:
                    fraction = max(fraction, min(float(share), 1.0))
                case {"error": str() as reason, **rest} if reason in _REFUSALS:
                    raise _REFUSALS[reason]() from _cause(rest.get("fault"))
                case {"result": dict() as result}:
                    fraction = 1.0
                case None:
                    pass
                case _:
                    raise _REFUSALS["crash"]()
            on_progress(fraction)
        _check_exit(child, ready)
    if result is None:
        raise _REFUSALS["crash"]()
    return result


@contextmanager
def _child(upload: int, output: int, size: int, limits: DecodeLimits) -> Iterator[subprocess.Popen[bytes]]:
    """The decoding process, in a session and an empty folder of its own; killed on the way out."""
    arguments = {
        "parent": os.getpid(),
        "output": output,
        "rate": SAMPLE_RATE,
        "max_seconds": limits.max_seconds,
        "max_memory_bytes": limits.max_memory_bytes,
        "cpu_seconds": limits.cpu_seconds(size),
    }
    root = str(Path(__file__).resolve().parent.parent)
    with _storage():
        folder = tempfile.TemporaryDirectory(prefix="decode-")
    with folder:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and program; the upload is only standard input
            [sys.executable, "-I", "-c", _PROGRAM, root, json.dumps(arguments)],
            stdin=upload,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(output,),
            cwd=folder.name,
            env=_ENVIRONMENT | {key: os.environ[key] for key in ("LD_LIBRARY_PATH",) if key in os.environ},
            start_new_session=True,
        )
        with child:
            try:
                yield child
            finally:
                child.kill()


def _lines(child: subprocess.Popen[bytes], wall_seconds: float) -> Iterator[object]:
    """What the child says, line by line, until it is done; None whenever it is silent for a while."""
    assert child.stdout is not None  # noqa: S101 - for the type checker
    descriptor, rest, deadline = child.stdout.fileno(), b"", time.monotonic() + wall_seconds
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    while True:
        if time.monotonic() > deadline:
            raise _REFUSALS["slow"]()
        if not waiting.poll(TICK_SECONDS * 1000):
            yield None
            continue
        block = os.read(descriptor, LINE_BYTES)
        if not block:
            return
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > LINE_BYTES:
            raise _REFUSALS["crash"]()
        for line in lines:
            try:
                yield json.loads(line, parse_constant=_no_number)
            except (ValueError, RecursionError) as error:
                raise _REFUSALS["crash"]() from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _check_exit(child: subprocess.Popen[bytes], ready: bool) -> None:
    """Raise what the end of a child means that did not end well."""
    try:
        status = child.wait(timeout=10)
    except subprocess.TimeoutExpired as error:
        raise _REFUSALS["slow"]() from error
    if status == 0:
        return
    if not ready:  # it never saw the upload: the installation is broken, and the words are not the user's
        words = child.stderr.read().decode(errors="replace") if child.stderr else ""
        raise InternalError from _cause(f"the decoder did not start (status {status}): {words[-2000:]}")
    kinds = {-signal.SIGXCPU: "slow", -signal.SIGKILL: "memory"}  # SIGKILL is the kernel's, short of memory
    raise _REFUSALS[kinds.get(status, "crash")]() from _cause(f"the decoder ended with status {status}")


def _cause(words: object) -> RuntimeError | None:
    """The cause of an error, for the log, where there is something to say."""
    return RuntimeError(words) if words else None


def _info(result: dict[str, Any], size_bytes: int) -> AudioInfo:
    """Check a child's result as one checks a stranger's: kinds, ranges, and the samples against the file's size."""
    try:
        declared = result["declared_seconds"]
        info = AudioInfo(
            duration_seconds=int(result["samples"]) / SAMPLE_RATE,
            container=str(result["container"]),
            codec=str(result["codec"]),
            sample_rate=int(result["sample_rate"]),
            channels=int(result["channels"]),
            has_video=bool(result["has_video"]),
            declared_seconds=None if declared is None else float(declared),
            truncated=bool(result["truncated"]),
        )
        names = re.fullmatch(r"[a-z0-9_]{1,32}", info.container) and re.fullmatch(r"[a-z0-9_]{1,32}", info.codec)
        if not names or int(result["samples"]) * 4 != size_bytes:
            raise ValueError("the result does not fit")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _REFUSALS["crash"]() from error
    return info


def _pending(target: Path) -> tuple[int, Path]:
    """A new empty file beside `target`, open for writing, to be renamed to it."""
    with _storage():
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    return descriptor, Path(name)


@contextmanager
def _opened(source: Path) -> Iterator[int]:
    """A descriptor of the upload, which must be a plain file: a pipe or a device would never end."""
    with _storage():
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnsupportedMedia
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _storage() -> Iterator[None]:
    """Turn what the file system says into the errors of the pipeline."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else InternalError)() from error


def _fsync_folder(folder: Path) -> None:
    """Make a rename last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
