"""The settings of the running app."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, has_app_context

import config

_EXTENSION = "realrecap"


def keep_settings(app: Flask, settings: config.Settings) -> None:
    """Keep the settings with the app."""
    app.extensions[_EXTENSION] = settings


def current_settings() -> config.Settings:
    """The settings of the current app; outside any app, such as in a command, those of the environment."""
    if not has_app_context():
        return config.load()
    return cast(config.Settings, current_app.extensions[_EXTENSION])
