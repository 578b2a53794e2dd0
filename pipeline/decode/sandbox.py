"""Drops every right that reading one file does not need."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import tempfile
from contextlib import suppress
from typing import NamedTuple

from pipeline.decode import landlock, seccomp
from pipeline.samples import SAMPLE_BYTES

OUTPUT = 3  # the descriptor of the samples, once everything else is closed
PR_SET_PDEATHSIG = 1
NOBODY = 65534  # the user without rights, on every Linux
LIBRARY_BYTES = 512 << 20  # address space for libraries, which are mapped but hardly used


class DecodeArguments(NamedTuple):
    """What the parent passes, as JSON on the command line."""

    parent: int  # process id; this process ends with it
    output: int  # file descriptor for the samples
    rate: int  # Hz
    max_seconds: float
    max_memory_bytes: int
    cpu_seconds: int
    track: int | None = None  # the number of the sound track, from 1 on; None: the main one
    width: int = 1  # the channels to keep apart; 1: they are mixed


class DecodeRefused(Exception):
    """The file is refused: the reason is one word, which `pipeline.decode.refusals` turns into a message.

    Reasons: unreadable, cut_off, codec, low_rate, channels, damaged, memory, no_audio, no_track,
    too_long, too_short, storage_full.
    """

    def __init__(self, reason: str, codec: str | None = None) -> None:
        self.reason, self.codec = reason, codec
        super().__init__(reason)


def confine(arguments: DecodeArguments) -> None:
    """Drop every right that reading one file does not need.

    After this, no file, socket or process can be opened, started or signalled; see `docs/security.md` for what holds
    where. Limits come first, since setting them is among the rights that go.
    """
    enter_empty_folder()
    leave_root()
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # ends with the thread that started it
        libc.prctl(seccomp.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != arguments.parent:  # the parent died before the lines above
        os._exit(1)
    os.dup2(arguments.output, OUTPUT)
    os.closerange(OUTPUT + 1, max(256, arguments.output + 1))
    set_limits(arguments)
    if sys.platform == "linux":
        landlock.restrict(libc)
        if not seccomp.restrict(libc) and seccomp.is_available():
            raise OSError("the kernel refused its filter of system calls")  # better no recap than no wall


def enter_empty_folder() -> None:
    """Work in a folder that is gone: nothing can be made in it, and nothing is left of it if this process is killed."""
    with suppress(OSError):  # the disk may be full
        folder = tempfile.mkdtemp(dir=".")
        os.chdir(folder)
        os.rmdir(os.path.join("..", os.path.basename(folder)))


def leave_root() -> None:
    """As root: see nothing but the working folder, and become nobody. Where that is refused, go on as one is."""
    if os.geteuid() != 0:
        return
    with suppress(OSError):
        os.chroot(".")
    with suppress(OSError):
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def set_limits(arguments: DecodeArguments) -> None:
    """Limit time, memory, files and processes."""
    limit(resource.RLIMIT_CPU, arguments.cpu_seconds, arguments.cpu_seconds + 5)  # SIGXCPU, then SIGKILL
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, int((arguments.max_seconds + 10) * arguments.rate * SAMPLE_BYTES) * arguments.width),
        (resource.RLIMIT_DATA, arguments.max_memory_bytes),
        (resource.RLIMIT_AS, arguments.max_memory_bytes + LIBRARY_BYTES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, OUTPUT + 2),  # room for the handle of Landlock only
    ):
        limit(kind, most, most)


def limit(kind: int, soft: int, hard: int) -> None:
    """Lower a limit, unless it is lower already."""
    most = resource.getrlimit(kind)[1]
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(kind, (soft, hard))
