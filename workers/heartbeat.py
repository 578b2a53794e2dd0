"""The file by which a container's health check sees that a worker or beat lives.

A thread of the main process touches it: a job keeps only the child busy.
"""

from __future__ import annotations

import logging

import config

log = logging.getLogger(__name__)


def beat() -> None:
    """Touch HEARTBEAT_FILE, if it is set."""
    file = config.load().heartbeat_file
    try:
        if file is not None:
            file.touch()
    except OSError as error:
        log.warning("HEARTBEAT_FILE cannot be written: %s", error.strerror)
