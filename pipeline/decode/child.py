"""The parent's side of the decoding process: start it, read its reports, interpret its exit."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.decode.files import storage_errors
from pipeline.decode.foreign import HEAD_BYTES
from pipeline.decode.limits import DecodeLimits
from pipeline.decode.refusals import REFUSALS, cause_of, refusal
from pipeline.errors import InternalError
from pipeline.samples import SAMPLE_BYTES, SAMPLE_RATE

TICK_SECONDS = 0.5  # on_progress is called at least this often
LINE_BYTES = 4096  # the longest line that a child reports
# -I keeps the environment and the working directory out of the import path; the project's folder is added last.
_PROGRAM = (
    "import json, sys; sys.path.append(sys.argv[1]); from pipeline.decode.program import DecodeArguments, main; "
    "main(DecodeArguments(**json.loads(sys.argv[2])))"
)
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}  # each thread or arena would reserve memory


def run_child(
    upload: int,
    output: int,
    size: int,
    limits: DecodeLimits,
    on_progress: Callable[[float], None],
    track: int | None = None,
    width: int = 1,
    on_tracks: Callable[[list[Any]], None] = lambda tracks: None,
) -> dict[str, Any]:
    """Have a child decode `upload` to `output`, both file descriptors; returns its result.

    `track` is the number of the sound track, None for the main one; `width` that of the channels to keep apart, 1 to
    mix them. `on_tracks` gets the sound tracks of the file, or
    of each recording in it.
    """
    if size == 0:
        raise REFUSALS["empty"]()
    fraction, ready = 0.0, False
    result: dict[str, Any] | None = None
    with _child(upload, output, size, limits, track, width) as child:
        for line in _lines(child, limits.wall_seconds(size)):
            match line:
                case {"ready": True}:
                    ready = True
                case {"tracks": list() as tracks}:
                    on_tracks(tracks)
                case {"expected": float() | int() as seconds}:
                    limits.make_room(max(0, int(min(seconds, limits.max_seconds) * SAMPLE_RATE)) * SAMPLE_BYTES * width)
                case {"progress": float() | int() as share}:
                    fraction = max(fraction, min(float(share), 1.0))
                case {"error": str() as reason, **rest} if reason in REFUSALS:
                    head = os.pread(upload, HEAD_BYTES, 0)
                    raise refusal(reason, head, rest.get("codec")) from cause_of(rest.get("fault"))
                case {"result": dict() as result}:
                    fraction = 1.0
                case None:
                    pass
                case _:
                    raise REFUSALS["crash"]()
            limits.make_room(0)
            on_progress(fraction)
        _check_exit(child, ready)
    if result is None:
        raise REFUSALS["crash"]()
    return result


@contextmanager
def _child(
    upload: int, output: int, size: int, limits: DecodeLimits, track: int | None, width: int
) -> Iterator[subprocess.Popen[bytes]]:
    """The decoding process, in a session of its own; killed on exit."""
    arguments = {
        "parent": os.getpid(),
        "output": output,
        "rate": SAMPLE_RATE,
        "max_seconds": limits.max_seconds,
        "max_memory_bytes": limits.max_memory_bytes,
        "cpu_seconds": limits.cpu_seconds(size),
        "track": track,
        "width": width,
    }
    root = str(Path(__file__).resolve().parents[2])
    with storage_errors():
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and program; the upload is only standard input
            [sys.executable, "-I", "-c", _PROGRAM, root, json.dumps(arguments)],
            stdin=upload,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(output,),
            cwd=_working_folder(),
            env=_ENVIRONMENT | {key: os.environ[key] for key in ("LD_LIBRARY_PATH",) if key in os.environ},
            start_new_session=True,
        )
    with child:
        try:
            yield child
        finally:
            child.kill()


def _working_folder() -> str:
    """The folder for temporary files, made again if somebody emptied the one above. Raises OSError."""
    folder = tempfile.gettempdir()
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def _lines(child: subprocess.Popen[bytes], wall_seconds: float) -> Iterator[object]:
    """The reports of the child until it is done; None whenever it is silent for a while."""
    assert child.stdout is not None  # noqa: S101 - for the type checker
    descriptor, rest, deadline = child.stdout.fileno(), b"", time.monotonic() + wall_seconds
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    while True:
        if time.monotonic() > deadline:
            raise REFUSALS["slow"]()
        if not waiting.poll(TICK_SECONDS * 1000):
            yield None
            continue
        block = os.read(descriptor, LINE_BYTES)
        if not block:
            return
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > LINE_BYTES:
            raise REFUSALS["crash"]()
        for line in lines:
            try:
                yield json.loads(line, parse_constant=_no_number)
            except (ValueError, RecursionError) as error:
                raise REFUSALS["crash"]() from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _check_exit(child: subprocess.Popen[bytes], ready: bool) -> None:
    """Raise the error that a child's exit status stands for, if it failed."""
    try:
        status = child.wait(timeout=10)
    except subprocess.TimeoutExpired as error:
        raise REFUSALS["slow"]() from error
    if status == 0:
        return
    if not ready:  # it never read the upload: the installation is broken, and its output is no content of the user
        output = child.stderr.read().decode(errors="replace") if child.stderr else ""
        raise InternalError from cause_of(f"the decoder did not start (status {status}): {output[-2000:]}")
    kinds = {-signal.SIGXCPU: "slow", -signal.SIGKILL: "memory"}  # the kernel sends SIGKILL when memory runs out
    raise REFUSALS[kinds.get(status, "crash")]() from cause_of(f"the decoder ended with status {status}")
