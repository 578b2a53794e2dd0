"""Checks of port, data folder and disk with the standard library alone, so that they can precede the set-up."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from configuration.text_files import TextFileError, read_text
from launcher import run_lock
from launcher.errors import StartError

FREE_BYTES = 10**9
"""Room for an upload, its results and the logs."""


def open_data_dir(data_dir: Path) -> None:
    """Create DATA_DIR, private to its owner, if it is missing; StartError if it cannot be written."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data_dir / f".probe-{os.getpid()}"
        probe.write_bytes(b"0")
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"The data folder {data_dir} cannot be written: {os.strerror(error.errno or errno.EIO)}.",
            "Choose another one, such as `DATA_DIR=$HOME/realrecap make run`, or take ownership of it with `chown`.",
        ) from error


def check_disk(data_dir: Path, needed_bytes: int = FREE_BYTES) -> None:
    """StartError if fewer than `needed_bytes` are free on the disk of `data_dir`."""
    free = shutil.disk_usage(data_dir).free
    if free < needed_bytes:
        raise StartError(
            f"Too little disk: {free / 1e9:.2f} GB are free in {data_dir}, {needed_bytes / 1e9:.0f} GB is the minimum.",
            "Free some space, or set DATA_DIR to a folder on a larger disk, then start again.",
        )


def check_port(host: str, port: int) -> None:
    """StartError if the web server cannot listen on `host` and `port`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
    except OSError as error:
        raise _port_error(host, port, error) from error


def _port_error(host: str, port: int, error: OSError) -> StartError:
    if error.errno == errno.EADDRINUSE:
        return StartError(
            f"Port {port} is in use by another program.",
            f"Choose another one with `PORT={port + 1 if port < 65535 else 5000} make run`, or stop that program "
            "(`make stop` if it is another RealRecap).",
        )
    if error.errno == errno.EACCES:
        return StartError(
            f"Port {port} is reserved for the system administrator.",
            "Choose one above 1023, such as `PORT=5000 make run`.",
        )
    return StartError(
        f"The web server cannot listen on {host}: {error.strerror}.",
        "Set HOST to an address of this machine: 127.0.0.1 for this machine only, 0.0.0.0 for the whole network.",
    )


def check_before_set_up(root: Path, environment: Mapping[str, str]) -> None:
    """Check port, data folder and disk before anything is downloaded; StartError at the first that fails.

    HOST, PORT and DATA_DIR are read from `environment` and from `.env` in `root`. Invalid values are skipped here;
    the settings, which need the installed packages, report them later.
    """
    values = {**read_env_file(root / ".env"), **{name: value for name, value in environment.items() if value}}
    chosen = values.get("DATA_DIR")
    data_dir = Path(chosen).expanduser().absolute() if chosen else root / "data"
    open_data_dir(data_dir)
    check_disk(data_dir)
    port = values.get("PORT") or "5000"
    if port.isdigit() and 1 <= int(port) <= 65535 and run_lock.find_owner(data_dir) is None:
        check_port(values.get("HOST") or "127.0.0.1", int(port))


def read_env_file(path: Path) -> dict[str, str]:
    """The settings in a `.env` file, names in capitals; empty if there is none; StartError if it cannot be read."""
    if not os.path.lexists(str(path)):
        return {}
    try:
        lines = read_text(path).splitlines()
    except TextFileError as error:
        raise StartError(str(error)) from error
    values = {}
    for line in lines:
        found = re.match(r"\s*(?:export\s+)?(\w+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|(.*?))\s*(?:\s#.*)?$", line)
        if found:
            values[found.group(1).upper()] = next(text for text in found.groups()[1:] if text is not None)
    return values
