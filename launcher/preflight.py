"""What must hold before anything is started; each check names what mends it."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from pathlib import Path

import config
from launcher.errors import StartError
from launcher.run_lock import RunLock

FREE_BYTES = 10**9
"""Room for an upload, its results and the logs; below it a start would fail half way."""


def read_settings() -> config.Settings:
    """The settings; StartError with their own words where one is wrong."""
    try:
        return config.load()
    except config.SettingsError as error:
        raise StartError(str(error), "Correct it in the environment or in .env, then start again.") from error


def open_data_dir(data_dir: Path) -> None:
    """Make DATA_DIR, readable by its owner alone, where it is missing, and see that it can be written."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data_dir / f".probe-{os.getpid()}"
        probe.write_bytes(b"0")
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"The data folder {data_dir} cannot be written: {os.strerror(error.errno or errno.EIO)}.",
            "Name another one, such as `DATA_DIR=$HOME/realrecap make run`, or make this one yours with `chown`.",
        ) from error


def check_disk(data_dir: Path, needed_bytes: int = FREE_BYTES) -> None:
    """See that the disk of DATA_DIR has `needed_bytes` to spare."""
    free = shutil.disk_usage(data_dir).free
    if free < needed_bytes:
        raise StartError(
            f"Too little disk: {free / 1e9:.2f} GB are free in {data_dir}, {needed_bytes / 1e9:.0f} GB is the least.",
            "Free some space, or name a folder on a larger disk in DATA_DIR, then start again.",
        )


def check_port(host: str, port: int) -> None:
    """See that the web server can listen on `host` and `port`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
    except OSError as error:
        raise _no_port(host, port, error) from error


def _no_port(host: str, port: int, error: OSError) -> StartError:
    if error.errno == errno.EADDRINUSE:
        return StartError(
            f"Port {port} is in use by another program.",
            f"Choose another one with `PORT={port + 1 if port < 65535 else 5000} make run`, or stop that program "
            "(`make stop` where it is another RealRecap).",
        )
    if error.errno == errno.EACCES:
        return StartError(
            f"Port {port} is reserved for the system's administrator.",
            "Choose one above 1023, such as `PORT=5000 make run`.",
        )
    return StartError(
        f"The web server cannot listen on {host}: {error.strerror}.",
        "Set HOST to an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for the whole network.",
    )


def check(settings: config.Settings) -> RunLock:
    """Every check in turn; returns the lock that keeps a second RealRecap off DATA_DIR.

    Raises StartError at the first that fails.
    """
    open_data_dir(settings.data_dir)
    lock = RunLock.take(settings.data_dir)
    try:
        check_disk(settings.data_dir)
        check_port(settings.host, settings.port)
    except StartError:
        lock.release()
        raise
    return lock
