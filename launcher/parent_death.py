"""Makes a process end with its parent, even if the parent is killed (the parent-death signal of Linux)."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process as soon as process `parent` ends. Does nothing outside Linux.

    Call it in the new process. The signal is SIGKILL: a Redis that shuts down slowly would delete the socket of its
    successor, and a worker's unfinished job is resumed in any case.
    """
    if _prctl is None:
        return
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)
