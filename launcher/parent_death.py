"""Makes a process end with its parent, even where the parent is killed without a chance to tell it."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process as soon as process `parent` is gone (Linux; elsewhere nothing happens).

    To be called in the new process. SIGKILL, because a Redis that takes its time to leave would delete the socket of
    its successor, and a worker's unfinished job is taken up again in any case.
    """
    if _prctl is None:
        return
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before the kernel knew
        os._exit(1)
