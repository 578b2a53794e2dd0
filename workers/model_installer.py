"""Starts a process for each download or check of a model that the site asks for, one at a time."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import config
from core import model_installs
from core.clock import utc_now
from workers.fork_lock import no_fork

MODULE: Final = "model_store.background"


class ModelInstaller:
    """The process at work, if there is one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._leaves = False

    def install_next(self) -> bool:
        """Take up the next action, and wait until it has ended; false if none waits.

        Raises SQLAlchemyError, OSError.
        """
        if self._leaves:
            return False
        with no_fork():
            claimed = model_installs.claim(utc_now())
        if claimed is None:
            return False
        command = [sys.executable, "-m", MODULE, claimed.model, str(claimed.attempt), claimed.action]
        # a process of its own: the parent of the workers stays small and forks safely
        self._process = subprocess.Popen(command, cwd=config.ROOT)  # noqa: S603 - names of our own list
        if self._leaves:  # while it was started
            self._process.terminate()
        self._process.wait()
        return True

    def leave(self) -> None:
        """End the process, which gives its work back, and start no other."""
        self._leaves = True
        if self._process is not None:
            self._process.terminate()


installer = ModelInstaller()
