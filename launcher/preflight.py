"""Checks before a start, with the settings loaded; each failure says how to fix it."""

from __future__ import annotations

import config
from launcher.early_checks import check_disk, check_port, open_data_dir
from launcher.errors import StartError
from launcher.run_lock import RunLock


def read_settings() -> config.Settings:
    """The settings; StartError if one is invalid."""
    try:
        return config.load()
    except config.SettingsError as error:
        raise StartError(str(error), "Correct it in the environment or in .env, then start again.") from error


def check(settings: config.Settings) -> RunLock:
    """Run every check; returns the lock that keeps a second RealRecap out of DATA_DIR.

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
